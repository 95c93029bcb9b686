from messaging.inbox import (
    act_views,
    callback_views,
    composer_views,
    escalation_views,
    file_views,
    follow_up_views,
    list_views,
    live_views,
    note_views,
    panel_views,
    preference_views,
    reply_views,
    thread_views,
)

app_name = "inbox"
urlpatterns = [
    *list_views.urlpatterns,
    *live_views.urlpatterns,
    *thread_views.urlpatterns,
    *file_views.urlpatterns,
    *panel_views.urlpatterns,
    *reply_views.urlpatterns,
    *composer_views.urlpatterns,
    *act_views.urlpatterns,
    *note_views.urlpatterns,
    *callback_views.urlpatterns,
    *preference_views.urlpatterns,
    *escalation_views.urlpatterns,
    *follow_up_views.urlpatterns,
]
