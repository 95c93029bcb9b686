from django.urls import path

from scheduling.desk import acts, views

app_name = "appointments"
urlpatterns = [
    path("", views.show_day, name="day-show"),
    path("board/", views.show_board, name="day-board"),
    path("week/", views.show_week, name="week-show"),
    path("new/", views.new_appointment, name="appointment-new"),
    path("book/", acts.book_appointment, name="appointment-book"),
    path("waiting/<uuid:key>/withdraw/", acts.withdraw_waiting, name="waiting-withdraw"),
    path("<uuid:key>/", views.show_appointment, name="appointment-show"),
    path("<uuid:key>/move/", views.move_appointment, name="appointment-move"),
    path("<uuid:key>/reschedule/", acts.reschedule_appointment, name="appointment-reschedule"),
    path("<uuid:key>/cancel/", acts.cancel_appointment, name="appointment-cancel"),
    path("<uuid:key>/confirm/", acts.confirm_appointment, name="appointment-confirm"),
    path("<uuid:key>/done/", acts.complete_appointment, name="appointment-complete"),
    path("<uuid:key>/missed/", acts.miss_appointment, name="appointment-miss"),
]
