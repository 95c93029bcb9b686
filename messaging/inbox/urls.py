from messaging.inbox import act_views, list_views, reply_views, thread_views

app_name = "inbox"
urlpatterns = [
    *list_views.urlpatterns,
    *thread_views.urlpatterns,
    *reply_views.urlpatterns,
    *act_views.urlpatterns,
]
