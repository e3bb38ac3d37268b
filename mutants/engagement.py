"""Breaks of the gate, the dispatcher and campaigns."""

from __future__ import annotations

from mutants.types import Break

_GATE = "zhike/engagement/compliance/logic/gate.py"
_CHECKS = "zhike/engagement/compliance/logic/checks.py"
_DISPATCH = "zhike/engagement/channels/logic/dispatch.py"
_ASKING = "zhike/engagement/channels/logic/asking.py"
_CHANNELS = "zhike/engagement/channels/api.py"
_ALIKE = "zhike/engagement/compliance/logic/alike.py"
_CONFIRMING = "zhike/engagement/campaigns/logic/confirming.py"
_RESENDING = "zhike/engagement/campaigns/logic/resending.py"
_SMTP = "zhike/engagement/channels/logic/smtp.py"
_REFUSALS = "zhike/engagement/channels/logic/refusals.py"
_FORGET = "zhike/engagement/channels/following.py"
_CONTENT = "zhike/engagement/channels/logic/content.py"
_TEMPLATES = "zhike/engagement/channels/kinds.py"
_SCREENS = "zhike/engagement/campaigns/screens.py"
_RUNNING = "zhike/engagement/campaigns/logic/running.py"

_OF_GATE = ("tests/unit/engagement/test_checks.py",)
_OF_CAMPAIGNS = ("tests/integration/engagement/test_campaigns.py",)
_OF_LIFE = ("tests/integration/engagement/test_campaign_life.py",)
_OF_DISPATCH = ("tests/integration/engagement/test_dispatch.py",)
_OF_GATE_AT_ONCE = ("tests/integration/engagement/test_gate_at_once.py",)
_OF_STOPPED = ("tests/integration/engagement/test_stopped_meanwhile.py",)
_OF_AWAY = ("tests/integration/engagement/test_away.py",)
_OF_ISOLATION = ("tests/integration/engagement/test_isolation.py",)
_OF_ASKED_AGAIN = ("tests/integration/engagement/test_asked_again.py",)
_OF_ANSWERS = ("tests/integration/engagement/test_answers_of_the_server.py",)
_OF_PLACES = ("tests/integration/engagement/test_places_given_back.py",)
_OF_BUSY = ("tests/integration/engagement/test_busy_server.py",)
_OF_ALIKE = ("tests/property/test_alike_agree.py",)
_OF_HEAVY = ("tests/integration/engagement/test_heavy_runs.py",)
_OF_LOCKS = ("tests/integration/engagement/test_campaign_locks.py",)
_OF_RESEND = ("tests/integration/engagement/test_resend.py",)
_OF_REFUSED = ("tests/integration/engagement/test_refused_by_the_server.py",)
_OF_PREVIEWS = ("tests/integration/engagement/test_preview_rights.py",)
_KEEPING = "zhike/engagement/campaigns/logic/keeping.py"
_OF_KEPT = ("tests/integration/engagement/test_kept_counts.py",)
_OF_ERASING = ("tests/integration/insight/test_erasing.py",)

BREAKS = (
    Break(
        "gate: lock",
        "two origins never take the last place of a cap together",
        _GATE,
        '"select pg_advisory_xact_lock(%s, n) from"',
        '"select %s::int, n from"',
        _OF_GATE_AT_ONCE,
    ),
    Break(
        "gate: decided once",
        "a party is decided about once for an origin, step and channel",
        _GATE,
        "[party_id for party_id in ordered if party_id not in known]",
        "ordered",
        _OF_GATE_AT_ONCE,
    ),
    Break(
        "gate: place of a cap",
        "an allowed contact takes its place of the frequency cap",
        _GATE,
        "for row in rows if row.allowed\n",
        "for row in rows if not row.allowed\n",
        _OF_CAMPAIGNS,
    ),
    Break(
        "gate: refusal before waiting",
        "a party that is refused does not wait for the quiet hours to end",
        _GATE,
        "None if reasons else later",
        "later",
        _OF_LIFE,
    ),
    Break(
        "gate: party gone",
        "a party that no longer exists is contacted by nobody",
        _GATE,
        'return Verdict(party_id, (Reason("party_gone",',
        'return Verdict(party_id, () and (Reason("party_gone",',
        _OF_ERASING,
    ),
    Break(
        "gate: unknown consent",
        "no consent on file is no consent",
        _CHECKS,
        "        if state in self.granted:\n",
        "        if state in self.granted or state is None:\n",
        _OF_GATE,
    ),
    Break(
        "gate: unknown status",
        "a party of unknown status is not contacted",
        _CHECKS,
        "if situation.facts.get(self.field) in self.allowed:",
        "if situation.facts.get(self.field) in (*self.allowed, None):",
        _OF_GATE,
    ),
    Break(
        "gate: window of a cap",
        "contacts before the window do not count",
        _CHECKS,
        "sum(moment > since for moment in situation.reserved)",
        "len(situation.reserved)",
        _OF_GATE,
    ),
    Break(
        "gate: quiet hours end",
        "the last quiet minute is quiet, the first allowed one is not",
        _CHECKS,
        "if start <= minute < end:",
        "if start <= minute <= end:",
        _OF_GATE,
    ),
    Break(
        "gate: content confirmed",
        "what goes out is what was approved",
        _CHECKS,
        "if situation.touch.content_digest == situation.touch.current_digest:",
        "if situation.touch.content_digest:",
        _OF_GATE,
    ),
    Break(
        "gate: asked again before it leaves",
        "a message leaves only if the gate allows it at that moment, too",
        _ASKING,
        "verdicts = compliance.ask_again(_leaving(mine, filled))",
        "verdicts: dict[int, Verdict] = {}",
        _OF_ASKED_AGAIN,
    ),
    Break(
        "gate: own place of a cap",
        "a message is not refused for the place that it has itself",
        _GATE,
        "for decision_id, at in taken if decision_id != one.decision_id]",
        "for decision_id, at in taken]",
        _OF_ASKED_AGAIN,
    ),
    Break(
        "gate: place of a message that is refused",
        "a refused message gives its place of the cap back",
        _GATE,
        "for pk, found in verdicts.items() if found.reasons]).delete()",
        "for pk, found in verdicts.items() if found.allowed]).none().delete()",
        _OF_ASKED_AGAIN,
    ),
    Break(
        "dispatch: long after it was asked about",
        "a message does not leave once its claim has run out",
        _DISPATCH,
        "and not held and lease_until >= %(now)s",
        "and not held",
        _OF_ASKED_AGAIN,
    ),
    Break(
        "dispatch: a busy server is not away",
        "a server that takes message after message not now uses up the tries of no others",
        _DISPATCH,
        "if not gone and len(mailbox.not_now) >= ",
        "if gone and len(mailbox.not_now) >= ",
        _OF_BUSY,
    ),
    Break(
        "dispatch: tried for ever",
        "a message that the server does not take now fails once the firm has lost patience",
        _DISPATCH,
        '"tried_since": since}',
        '"tried_since": now}',
        _OF_BUSY,
    ),
    Break(
        "dispatch: anybody's certificate",
        "mail over TLS goes to the server that was meant",
        _SMTP,
        "connection.starttls(context=ssl.create_default_context())",
        "connection.starttls()",
        ("tests/integration/engagement/test_mail_encrypted.py",),
    ),
    Break(
        "dispatch: an answer that is none",
        "a message whose server answers what is no answer is not sent again",
        _SMTP,
        "        if _kind(code) in (_NOT_NOW, _NO):\n            raise _refusal",
        "        if _kind(code) != _YES:\n            raise _refusal",
        _OF_ANSWERS,
    ),
    Break(
        "dispatch: another yes",
        "each yes of a server means that the message was sent",
        _SMTP,
        "    return code // 100",
        "    return code // 100 if code in (250, 354) or code >= 400 else 0",
        _OF_ANSWERS,
    ),
    Break(
        "dispatch: closed before it began",
        "a message that did not begin to leave is sent later",
        _SMTP,
        'self._asked(lambda: connection.docmd("DATA"), _GO_ON, refusals.MESSAGE)',
        'connection.docmd("DATA")',
        _OF_ANSWERS,
    ),
    Break(
        "dispatch: a dot in a message",
        "no line of a message ends it",
        _SMTP,
        """re.sub(rb"(?m)^\\.", b"..", ended)""",
        "ended",
        _OF_ANSWERS,
    ),
    Break(
        "dispatch: a place kept by what failed",
        "a message that failed gives its place of the frequency cap back",
        _DISPATCH,
        "_NOWHERE = (Delivery.State.FAILED, Delivery.State.STOPPED)",
        "_NOWHERE = (Delivery.State.STOPPED,)",
        _OF_PLACES,
    ),
    Break(
        "dispatch: a place kept by what was stopped",
        "a message that is stopped gives its place of the frequency cap back",
        _DISPATCH,
        '" back as ({back}), written as ({event}) select',
        '" written as ({event}) select',
        _OF_PLACES,
    ),
    Break(
        "dispatch: a place given back by what may have arrived",
        "a message of unknown outcome keeps its place of the frequency cap",
        _DISPATCH,
        "_NOWHERE = (Delivery.State.FAILED, Delivery.State.STOPPED)",
        "_NOWHERE = (Delivery.State.FAILED, Delivery.State.STOPPED, Delivery.State.UNKNOWN)",
        _OF_PLACES,
    ),
    Break(
        "dispatch: claim without a lock",
        "two workers take different messages",
        _DISPATCH,
        " for update skip locked) returning id",
        ") returning id",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: held",
        "a held message does not leave",
        _DISPATCH,
        "state = 'waiting' and not held and",
        "state = 'waiting' and",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: mark without token",
        "whose lease ran out marks nothing",
        _DISPATCH,
        "and token = %(token)s and state = 'claimed'",
        "and state = 'claimed'",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: mark without state",
        "what was settled meanwhile does not leave",
        _DISPATCH,
        # What is settled has no lease either: both conditions guard it.
        "and state = 'claimed' and not held and lease_until >= %(now)s",
        "and not held",
        _OF_AWAY,
    ),
    Break(
        "dispatch: mark though held",
        "what was stopped after its claim does not leave",
        _DISPATCH,
        "and state = 'claimed' and not held and",
        "and state = 'claimed' and",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: sending again",
        "a message that may have left is never sent again by itself",
        _DISPATCH,
        "set state = 'unknown', lease_until = null,",
        "set state = 'waiting', lease_until = null,",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: settle without token",
        "the outcome is written by whoever holds the claim",
        _DISPATCH,
        "where id = %(id)s and token = %(token)s and state <> all(%(ended)s)",
        "where id = %(id)s and state <> all(%(ended)s)",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: stopped is failed",
        "a message that was stopped before it left stays stopped",
        _DISPATCH,
        "Delivery.State.REFUSED, Delivery.State.FAILED, Delivery.State.STOPPED)",
        "Delivery.State.REFUSED, Delivery.State.FAILED)",
        _OF_STOPPED,
    ),
    Break(
        "dispatch: resend without a new token",
        "whoever had a message before it was sent again says nothing of it",
        _CHANNELS,
        "    row.token += 1\n",
        "",
        _OF_STOPPED,
    ),
    Break(
        "dispatch: one message hurts the others",
        "what nobody expected is put down to its message",
        _DISPATCH,
        "    except Exception as error:\n        if isolation.is_nobodys(error):\n            raise\n        mailbox.close()",
        "    except ZeroDivisionError as error:\n        mailbox.close()",
        _OF_ISOLATION,
    ),
    Break(
        "dispatch: stopped in silence",
        "each message that is stopped is told of, and no other",
        _DISPATCH,
        "ours as (select id, decision_id, told from changed where state = 'stopped')",
        "ours as (select id, decision_id, told from changed where state = 'sending')",
        _OF_DISPATCH,
    ),
    Break(
        "dispatch: stop of waiting ones only",
        "stopping reaches messages that are claimed",
        _DISPATCH,
        '"not_left": list(NOT_LEFT)}',
        '"not_left": ["waiting", "sending"]}',
        _OF_AWAY,
    ),
    Break(
        "dispatch: stopped while leaving",
        "a message that was leaving when its origin stopped is not tried again",
        _DISPATCH,
        "set recalled = recalled or state = 'sending',",
        "set recalled = recalled,",
        _OF_AWAY,
    ),
    Break(
        "dispatch: away for a message",
        "a server that is away fails no message",
        _DISPATCH,
        "    except ServerAway:\n        raise\n    except Exception as error:",
        "    except Exception as error:",
        _OF_AWAY,
    ),
    Break(
        "isolation: data's own errors",
        "a database error that data made hurts only its own message, campaign or event",
        "zhike/kernel/isolation.py",
        "isinstance(error, DatabaseError) and not connection.is_usable()",
        "isinstance(error, DatabaseError)",
        _OF_ISOLATION,
    ),
    Break(
        "dispatch: no probe",
        "one message tries a server that was away, not all",
        _DISPATCH,
        "        limit = 1\n",
        "",
        _OF_AWAY,
    ),
    Break(
        "dispatch: resend of anything",
        "only a message that failed or is of unknown outcome is sent again, by a person",
        _CHANNELS,
        "if row.state not in RESENDABLE:",
        "if not row.state:",
        _OF_LIFE,
    ),
    Break(
        "gate: alike whatever their contacts",
        "people with other numbers of contacts are judged apart",
        _ALIKE,
        "enumerate(judged.windows):",
        "enumerate([window.replace(year=2000) for window in judged.windows]):",
        _OF_ALIKE,
    ),
    Break(
        "gate: resend without it",
        "a message is sent again for a decision of its own",
        _RESENDING,
        "compliance.asked_before(touch, party_id) + 1",
        "1",
        _OF_RESEND,
    ),
    Break(
        "campaign: confirmed twice",
        "a confirmation done again changes nothing",
        _CONFIRMING,
        "rows.filter(state=Campaign.State.CONFIRMING, pk__in=mine)",
        "rows.filter(pk__in=mine)",
        _OF_HEAVY,
    ),
    Break(
        "campaign: another's to confirm",
        "a run confirms no campaign that was put back while it found the audience",
        _CONFIRMING,
        "    return _of_run(Campaign.objects.filter(pk=locked.pk), run).first()\n",
        "    return locked\n",
        _OF_LOCKS,
    ),
    Break(
        "campaign: all locked by a publication",
        "a publication locks the campaigns whose effect it has computed, no other",
        "zhike/engagement/campaigns/publications.py",
        "    for campaign in launched:\n",
        "    for campaign in launched.select_for_update(no_key=True):\n",
        _OF_LOCKS,
    ),
    Break(
        "campaign: being confirmed for ever",
        "a campaign whose confirmation nobody does any more is a draft again",
        _CONFIRMING,
        "if not jobs.under_way(run):",
        "if run is None:",
        _OF_HEAVY,
    ),
    Break(
        "campaign: kept for good",
        "what is kept of an ended campaign's ledgers holds only while they say the same",
        _KEEPING,
        "for pk, uid in uids.items() if kept[pk][ledger.falling] == left[uid]}",
        "for pk, uid in uids.items() if left[uid] >= 0}",
        _OF_KEPT,
    ),
    Break(
        "campaign: kept too early",
        "of a campaign that has ended nothing is kept while a message is leaving",
        _KEEPING,
        ' and not found[one.id].get("waiting")',
        "",
        _OF_KEPT,
    ),
    Break(
        "campaign: counted at every look",
        "the ledgers of a campaign that has ended are counted once",
        _KEEPING,
        "if campaign.state in _ENDED])",
        "if not campaign.state])",
        _OF_KEPT,
    ),
    Break(
        "campaign: control contacted",
        "the control group is left alone",
        _RUNNING,
        "case when control then 'control' else 'waiting' end",
        "case when control then 'waiting' else 'waiting' end",
        _OF_CAMPAIGNS,
    ),
    Break(
        "campaign: one person hurts the others",
        "who cannot be taken through the gate fails alone",
        _RUNNING,
        "moved += _one_by_one(pk, limit, error)",
        "raise",
        _OF_ISOLATION,
    ),
    Break(
        "campaigns: row in hand",
        "a campaign's row is no right to what is known of the campaign",
        "zhike/engagement/campaigns/logic/reaching.py",
        "        if not reaches(principal, operation, campaign):",
        "        if campaign.pk is None:",
        ("tests/contract/test_narrowed_parts.py",),
    ),
    Break(
        "mail: the server's text",
        "of a server's answer only the status is kept: its text quotes the address",
        _REFUSALS,
        "*([enhanced[0]] if enhanced else [])",
        "text",
        _OF_REFUSED,
    ),
    Break(
        "mail: an answer kept whole",
        "of an answer that was kept whole only the status is told",
        _REFUSALS,
        "    if found is None:\n",
        "    if found:\n",
        _OF_REFUSED,
    ),
    Break(
        "mail: errors of the erased",
        "why a message failed goes with whom is erased",
        _FORGET,
        "if event.subject == ",
        "if event.subject != ",
        _OF_REFUSED,
    ),
    Break(
        "campaigns: reason without a name",
        "whom the reader may not see has no reason either",
        _SCREENS,
        "list(row.reasons)) if row.party_id in found else []",
        "list(row.reasons))",
        _OF_REFUSED,
    ),
    Break(
        "preview: what its reader may ask",
        "a preview shows a variable in clear only where its reader may ask about all it reads",
        _CONTENT,
        "if catalogue.may_ask_all(party.key, expression, principal=viewer):",
        "if viewer:",
        _OF_PREVIEWS,
    ),
    Break(
        "preview: refused field",
        "a preview shows nothing of a field that its reader is refused, nor whether it has a value",
        _CONTENT,
        'principal=viewer) == "refused"',
        'principal=viewer) == ""',
        _OF_PREVIEWS,
    ),
    Break(
        "preview: template without a mask",
        "a variable that reads what screens mask has a mask",
        _TEMPLATES,
        "        if variable.mask:\n",
        "        if not variable.mask:\n",
        ("tests/packs/test_slips.py",),
    ),
)
