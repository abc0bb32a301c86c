"""What schemathesis cannot read from the document: text of our own formats, and messages. See src/api/schemas/forms.ts."""

import json
import os
from datetime import date

import schemathesis
from hypothesis import strategies as st

# Instants and dates lie between 2000 and 2100; everything else is refused, as the document says in words.
dates = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
times = st.times().map(lambda time: time.strftime("%H:%M:%S"))
zones = st.sampled_from(["Z", "+01:00", "-11:30"])
schemathesis.openapi.format("date", dates.map(str))
schemathesis.openapi.format("date-time", st.builds(lambda d, t, z: f"{d}T{t}{z}", dates, times, zones))

label = st.from_regex(r"[a-z][a-z0-9]{0,20}", fullmatch=True)
domain = label.map(lambda name: f"{name}.example")
address = st.builds(lambda name, at: f"{name}@{at}", label, domain)
schemathesis.openapi.format("email", address)
schemathesis.openapi.format("rep-address", address)
schemathesis.openapi.format("domain", domain)
schemathesis.openapi.format("account-key", domain | st.uuids().map(str))
schemathesis.openapi.format("time-zone", st.sampled_from(["Europe/London", "Asia/Kolkata", "America/St_Johns", "UTC"]))
schemathesis.openapi.format("language-tag", st.sampled_from(["de", "en", "pt-BR", "zh-Hant", "fr-CA"]))
schemathesis.openapi.format("currency", st.sampled_from(["EUR", "usd", "Gbp", "JPY"]))
schemathesis.openapi.format("phone", st.from_regex(r"\+4420[0-9]{8}", fullmatch=True))
schemathesis.openapi.format("page", st.from_regex(r"/[a-z0-9/?#%&=.-]{0,60}", fullmatch=True))
schemathesis.openapi.format("deal-stage", label)
schemathesis.openapi.format(
    "about",
    st.sampled_from(["custody", "stage", "score", "silence", "position"])
    | label.map(lambda name: f"cadence:{name}")
    | label.map(lambda name: f"step:{name}/{name}"),
)
STATES = ["open", "accepted", "done", "rejected", "expired"]
schemathesis.openapi.format("task-states", st.lists(st.sampled_from(STATES), min_size=1, max_size=5).map(",".join))
# Nothing is called from here, and nothing but this machine is named.
schemathesis.openapi.format("webhook-url", label.map(lambda path: f"http://127.0.0.1:9/{path}"))
# A list takes only the cursors it gave out: `{ PATH: CURSOR }` has one of each list with a second page.
CURSORS = json.loads(os.environ.get("VOLLEY_FUZZ_CURSORS", "{}"))
SOME = "some-cursor"
schemathesis.openapi.format("cursor", st.just(SOME))


# And in the order it was asked in: these ask for another one than the cursors are of.
OTHER_ORDER = {"/v1/tasks": {"sort", "callableNow"}}


@schemathesis.hook
def before_call(context, case, **kwargs):
    if case.query and case.query.get("cursor") == SOME:
        path = case.operation.path
        if path in CURSORS and not OTHER_ORDER.get(path, set()) & set(case.query):
            case.query["cursor"] = CURSORS[path]
        else:
            del case.query["cursor"]


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=80)
message = st.builds(
    lambda sender, subject, body: f"From: {sender}\r\nTo: x@reply.northwind.example\r\nSubject: {subject}\r\n\r\n{body}\r\n",
    address | lines,
    lines,
    lines,
)
schemathesis.openapi.media_type("message/rfc822", message.map(str.encode) | st.binary(max_size=500))
schemathesis.openapi.media_type("application/x-ndjson", st.builds(lambda a: json.dumps({"email": a}) + "\n", address).map(str.encode))
