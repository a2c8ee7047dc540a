"""Pages of the domain, as a site map."""

from django.urls import path

from targets.views import entry, items, periods, review

app_name = "targets"
urlpatterns = [
    # Everyone
    path("items/", items.list_items, name="items"),
    path("items/<int:pk>/", items.show_item, name="item"),
    # Units
    path("my-items/", entry.list_my_items, name="my-items"),
    path("entries/<int:pk>/contribute/", entry.start_contribution, name="start-contribution"),
    path("contributions/<int:pk>/", entry.edit_contribution, name="edit-contribution"),
    path(
        "contributions/<int:pk>/withdraw/",
        entry.withdraw_contribution,
        name="withdraw-contribution",
    ),
    # The office
    path("entries/<int:pk>/review/", review.review_entry, name="review-entry"),
    path("entries/<int:pk>/approve/", review.approve_entry, name="approve-entry"),
    path("entries/<int:pk>/reopen/", review.reopen_entry, name="reopen-entry"),
    path("contributions/<int:pk>/return/", review.return_contribution, name="return-contribution"),
    path("items/<int:pk>/cancel/", items.cancel_item, name="cancel-item"),
    path("periods/", periods.list_periods, name="periods"),
    path("periods/create/", periods.create_period, name="create-period"),
    path("periods/<int:pk>/open/", periods.open_period, name="open-period"),
    path("periods/<int:pk>/change/", periods.change_period, name="change-period"),
    path("periods/<int:pk>/close/", periods.close_period, name="close-period"),
    path("periods/<int:pk>/reopen/", periods.reopen_period, name="reopen-period"),
]
