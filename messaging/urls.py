from django.urls import path

from messaging import views

app_name = "inbox"
urlpatterns = [
    path("", views.list_conversations, name="conversation-list"),
    path("rows/", views.list_rows, name="conversation-rows"),
    path("callbacks/", views.list_callbacks, name="callback-list"),
    path("callbacks/<uuid:key>/done/", views.finish_callback, name="callback-finish"),
    path("texts/<uuid:key>/retry/", views.retry_text, name="text-retry"),
    path("drafts/<uuid:key>/approve/", views.approve_draft, name="draft-approve"),
    path("drafts/<uuid:key>/discard/", views.discard_draft, name="draft-discard"),
    path("media/<uuid:key>/", views.show_media, name="media-show"),
    path("<uuid:key>/", views.show_conversation, name="conversation-show"),
    path("<uuid:key>/timeline/", views.show_timeline, name="conversation-timeline"),
    path("<uuid:key>/reply/", views.reply, name="conversation-reply"),
    path("<uuid:key>/take-over/", views.take_over, name="conversation-take-over"),
    path("<uuid:key>/resume/", views.resume, name="conversation-resume"),
    path("<uuid:key>/not-urgent/", views.mark_not_urgent, name="conversation-not-urgent"),
    path("<uuid:key>/done/", views.close, name="conversation-close"),
    path("<uuid:key>/reopen/", views.reopen, name="conversation-reopen"),
]
