"""Every route that reads answers from one state of the database; the others are named here, each because it changes something."""

from __future__ import annotations

import inspect

import pytest
from django.http import HttpRequest
from django.urls import URLResolver

from zhike.kernel import database
from zhike.server import urls
from zhike.server.reading import reads

#: Routes that change, send or start something, and so see what is newest: they lock what they change.
CHANGES = {
    *("addPost", "addUser", "setLanguage", "changePassword", "changeUser", "endPost", "importUsers", "resetPassword"),
    *("askCorrection", "askForExport", "createRecord", "deleteRecord", "shareRecord", "unmaskField", "updateRecord"),
    "withdrawShare",
    *("claimWork", "commentWork", "completeWork", "createWork", "delegateWork", "pauseWork", "reassignEachWork"),
    *("reassignWork", "releaseWork", "resumeWork", "unmaskProposed"),
    *(
        "cancelRun",
        "passOverLetters",
        "repeatRun",
        "replaySubscriber",
        "retryLetters",
        "runNight",
        "computeDay",
        "loadStranger",
        "uploadFile",
    ),
    *("acceptLoad", "discardLoad", "undoLoad"),
    *("createAudience", "deleteAudience", "takeSnapshot", "updateAudience"),
    *("confirmCampaign", "createCampaign", "deleteCampaign", "estimateCampaign", "launchCampaign", "measureCampaign"),
    *("pauseCampaign", "resendMessage", "resumeCampaign", "sendTestMail", "stopCampaign", "changeCampaign"),
    "signOutEverywhere",
}


class Asked(BaseException):
    """The route asked for one state."""


def every_operation():
    """The routes as they are asked, by name."""
    mounted = next(pattern for pattern in urls.urlpatterns if isinstance(pattern, URLResolver))
    functions = [route.callback for route in mounted.url_patterns if inspect.isfunction(route.callback)]
    views = [inspect.getclosurevars(function).nonlocals.get("self") for function in functions]
    return {one.operation_id: one for view in views for one in getattr(view, "operations", ())}


def test_every_route_reads_from_one_state_or_changes_something(monkeypatch):
    def asked(read):
        raise Asked

    monkeypatch.setattr(database, "read_as_one", asked)
    outside = set()
    for name, operation in every_operation().items():
        if not reads(operation):
            outside.add(name)
            continue
        with pytest.raises(Asked):
            operation.run(HttpRequest())
    assert len(every_operation()) > 90
    assert outside == CHANGES
