"""One valid call of every operation, as the life of a workspace. What generated calls find there stays;
what would be in their way (logging out, leaving, removing) happens to what was made for it."""

import datetime
import urllib.parse
import uuid

import requests

from world import Person, code_of

SCOPES = ["spaces:read", "spaces:write", "knowledge:read", "knowledge:write", "conversations:read", "analytics:read", "team:read", "audit:read", "billing:read"]
MAIL_SECRET = "a secret of the provider"
NOTES = (
    "# Warranty\n\nThe warranty lasts two years. It covers the battery and the motor.\n\n"
    "# Delivery\n\nWe ship to all of Europe within three days.\n"
)
# Refused when it is fetched, for it is not public: nobody else's server is called.
NOWHERE = "http://127.0.0.1:9/"


def operations(world):
    for operation in ("get_health", "get_readiness", "get_metrics", "get_openapi", "get_provider"):
        world.call(operation)
    bearer = {"Authorization": f"Bearer {MAIL_SECRET}"}
    mail = "From: Ada <ada@example.com>\r\nTo: r+none@in.parlance.example\r\n\r\nThank you!"
    world.call("receive_postmark", body={"From": "ada@example.com", "TextBody": "Thank you!"}, headers=bearer)
    world.call("receive_sendgrid", files={"email": (None, mail)}, headers=bearer)
    world.call("receive_raw_mail", data=mail, headers={**bearer, "Content-Type": "message/rfc822"})


def accounts(world):
    ada = Person(world, "ada").signs_up()
    ada.call("verify_email", body={"token": world.link(ada.email, "verify")})
    ada.call("get_me")
    ada.call("choose_workspace", body={"tenant": ada.tenant})
    ada.call("rename_me", body={"name": "Ada Lovelace"})
    ada.call("change_notifications", body={"waiting_mail": False})
    ada.call("get_notifications")
    ada.call("list_sessions")
    ada.call("get_second_factor")
    return ada


def a_persons_own(world):
    """Everything that changes how somebody logs in, done by somebody who does nothing else."""
    eve = Person(world, "eve").signs_up()
    eve.call("refresh_session")
    eve.call("verify_email", body={"token": world.link(eve.email, "verify")})
    eve.call("resend_verification")
    proposed = eve.call("propose_second_factor")
    codes = eve.call("enable_second_factor", body={"password": eve.password, "code": code_of(proposed["secret"])})["recovery_codes"]
    codes = eve.call("renew_recovery_codes", body={"password": eve.password, "code": codes[0]})["recovery_codes"]
    eve.call("disable_second_factor", body={"password": eve.password, "code": codes[0]})
    eve.call("change_password", body={"password": eve.password, "new_password": "another long horse staple"})
    eve.password = "another long horse staple"
    eve.call("change_email", body={"password": eve.password, "email": f"new-{eve.email}"})
    world.link(f"new-{eve.email}", "verify")
    eve.logs_in()
    others = [session for session in eve.call("list_sessions")["items"] if not session["current"]]
    eve.call("end_session", {"id": others[0]["id"]})
    eve.call("end_other_sessions")
    eve.call("log_out")
    world.call("forgot_password", body={"email": eve.email})
    world.call("reset_password", body={"token": world.link(eve.email, "reset"), "password": "a third long horse staple"})
    eve.password = "a third long horse staple"
    return eve.logs_in()


def space_of(ada, world):
    space = ada.call("list_spaces", query={"archived": "true"})["items"][0]
    at = {"id": space["id"]}
    taken = ada.call("paste_text", at, body={"title": "What we promise", "text": NOTES})
    world.ready(ada, taken["document"]["id"])
    ada.call("get_space", at)
    ada.call("check_space", at)
    ada.call("publish_space", at)
    ada.call("get_embed_code", at)
    ada.call("preview_space", at, body={"settings": {"color": "#0a7f5a"}})
    ada.call("change_space", at, body={"name": "Help", "settings": {"greeting": "Welcome!"}, "note": "friendlier"})
    ada.call("list_space_versions", at, query={"limit": 5})
    ada.call("get_space_version", {**at, "n": 1})
    ada.call("diff_space_version", {**at, "n": 2}, query={"from": 1})
    return space, taken["document"]["id"]


def experiments(ada, at):
    """One that has ended, of a version that answers otherwise, and one that runs."""
    ada.call("change_space", at, body={"settings": {"ai": {"top_k": 3}}})
    made = ada.call("start_experiment", at, body={"version": 1, "share_b": 20, "name": "More passages"})
    test = {**at, "experiment": made["id"]}
    ada.call("get_experiment", test)
    ada.call("end_experiment", test, body={"use": "b"})
    ada.call("list_experiments", at)
    return ada.call("start_experiment", at, body={"version": 3})["id"]


def knowledge(ada, world, at):
    written = ada.call("write_questions", at, body={"title": "Shop", "pairs": [{"question": "Open?", "answer": "Nine to five."}]})
    uploaded = ada.call("upload_document", at, files={"file": ("notes.md", NOTES.encode(), "text/markdown")})
    document = {"id": uploaded["document"]["id"]}
    world.ready(ada, document["id"])
    ada.call("list_documents", at, query={"limit": 1})
    ada.call("download_document", document)
    ada.call("list_passages", document, query={"limit": 1})
    again = ada.call("reprocess_document", document)
    ada.call("cancel_job", {"id": again["job"]["id"]})
    ada.call("list_jobs")
    ada.call("delete_document", {"id": written["document"]["id"]})
    known = ada.call("add_source", at, body={"url": NOWHERE})
    source = {"id": known["source"]["id"]}
    world.done(ada, known["job"]["id"])
    for operation in ("get_source", "list_source_pages", "read_source"):
        ada.call(operation, source)
    ada.call("list_sources", at)
    gone = ada.call("add_source", at, body={"url": f"{NOWHERE}gone"})
    ada.call("delete_source", {"id": gone["source"]["id"]})
    ada.call("query", body={"space": at["id"], "text": "How long is the warranty?", "explain": True})
    return document["id"], source["id"]


def golden(ada, world, at):
    question = {"question": "How long is the warranty?", "facts": ["two years"]}
    made = ada.call("add_golden_question", at, body=question)
    ada.call("change_golden_question", {"id": made["id"]}, body={**question, "source": "notes.md"})
    ada.call("list_golden_questions", at)
    run = ada.call("ask_golden_questions", at, body={"answers": False, "version": 1})["job"]["id"]
    world.done(ada, run)
    ada.call("list_golden_runs", at)
    ada.call("get_golden_run", {"id": run})
    gone = ada.call("add_golden_question", at, body={**question, "question": "Is this one gone?"})
    ada.call("delete_golden_question", {"id": gone["id"]})
    return made["id"], run


def gaps(ada, world, at, slug):
    """What nobody knows is asked, and answered by an agent, then for everybody."""
    token = world.call("begin_visitor_session", {"space": slug}, body={"locale": "en"})["token"]
    opened = world.call("open_conversation", {"space": slug}, token=token)["conversation"]
    asked = {"conversation": opened, "client_id": str(uuid.uuid4()), "text": "Do you repair wooden sailing boats?"}
    world.call("chat", {"space": slug}, token=token, body=asked)
    ada.call("say_message", {"id": opened}, body={"client_id": str(uuid.uuid4()), "text": "Yes, up to six metres."})
    ada.call("resolve_conversation", {"id": opened})
    gap = {**at, "gap": world.gap(ada, at)}
    ada.call("draft_gap_answer", gap)
    ada.call("get_gap", gap)
    ada.call("dismiss_gap", gap)
    ada.call("reopen_gap", gap)
    answer = {"question": "Do you repair boats?", "answer": "Yes, up to six metres."}
    ada.call("preview_gap_answer", gap, body=answer)
    world.done(ada, ada.call("answer_gap", gap, body=answer)["job"]["id"])
    ada.call("get_questions")
    ada.call("get_ratings", query={"compare": "previous", "channel": "widget"})
    ada.call("list_rating_comments")
    return gap["gap"]


def canned(ada, at):
    reply = {"shortcut": "refund", "title": "Refund", "text": "Hello {{visitor.name|there}}, it is on its way.", "act": "resolve"}
    made = ada.call("create_canned_reply", body=reply)
    ada.call("change_canned_reply", {"id": made["id"]}, body={**reply, "act": "snooze", "snooze_minutes": 60, "space": at["id"]})
    ada.call("list_canned_replies")
    gone = ada.call("create_canned_reply", body={**reply, "shortcut": "gone"})
    ada.call("delete_canned_reply", {"id": gone["id"]})
    return made["id"]


def sla_policies(ada, at):
    targets = {"urgent": {"first_response": 30, "resolution": 240}, "normal": {"first_response": 240}}
    made = ada.call("create_sla_policy", body={"name": "Standard", "targets": targets})
    enterprise = {"name": "Enterprise", "conditions": {"spaces": [at["id"]], "plans": ["enterprise"]}, "targets": targets}
    first = ada.call("create_sla_policy", body={**enterprise, "hours": "calendar"})
    ada.call("order_sla_policies", body={"ids": [first["id"], made["id"]]})
    ada.call("change_sla_policy", {"id": first["id"]}, body={**enterprise, "hours": "own", "own_hours": {"time_zone": "Europe/Berlin", "week": {"monday": [{"from": "09:00", "to": "17:00"}]}}})
    ada.call("list_sla_policies")
    ada.call("delete_sla_policy", {"id": first["id"]})
    ada.call("get_sla_report", query={"from": "2026-11-01", "to": "2026-11-02", "tz": "Asia/Kathmandu"})
    return made["id"]


def visitors(world, ada, space, document):
    at = {"space": space["slug"]}
    world.call("get_widget_config", at)
    session = world.call("begin_visitor_session", at, body={"locale": "en", "attributes": {"plan": "free"}})
    token = session["token"]
    opened = world.call("open_conversation", at, token=token)["conversation"]
    said = {"type": "say", "client_id": str(uuid.uuid4()), "text": "Hello"}
    world.call("send_frame", {**at, "id": opened}, token=token, body=said)
    asked = {"conversation": opened, "client_id": str(uuid.uuid4()), "text": "How long is the warranty?"}
    answer = world.call("chat", at, token=token, body=asked)
    world.call("list_own_conversations", at, token=token)
    world.call("read_conversation", {**at, "id": opened}, token=token, query={"limit": 3})
    world.call("follow_conversation", {**at, "id": opened}, token=token, query={"wait": 0})
    world.upgraded("open_socket", f"/api/widget/{space['slug']}/socket")
    world.upgraded("open_console_socket", "/api/console/socket")
    for operation in ("show_cited_document", "open_cited_original"):
        world.call(operation, {**at, "document": document})
    ada.call("list_conversations", {"id": space["id"]})
    ada.call("get_conversation", {"id": opened})
    ada.call("list_messages", {"id": opened}, query={"limit": 2})
    ada.call("get_conversation_cost", {"id": opened})
    agent_acts(ada, opened)
    file = {"file": ("notes.txt", b"It hums.", "text/plain")}
    world.call("attach_own_file", {**at, "id": opened}, token=token, files=file)
    attached = ada.call("attach_file", {"id": opened}, files=file)
    address = urllib.parse.urlsplit(attached["url"])
    world.call("read_attachment", {"id": attached["id"]}, query=dict(urllib.parse.parse_qsl(address.query)))
    ada.call("get_visitor", {"id": session["visitor"]["id"]})
    return token, opened, session["visitor"]["id"], answer["id"]


def agent_acts(ada, conversation):
    at = {"id": conversation}
    ada.call("list_all_conversations", query={"limit": 2})
    ada.call("search_conversations", query={"q": "warranty"})
    ada.call("list_events", at, query={"limit": 2})
    ada.call("draft_text", at, body={"kind": "summary"})
    ada.call("take_conversation", at)
    ada.call("say_message", at, body={"client_id": str(uuid.uuid4()), "text": "Two years, battery and motor alike."})
    ada.call("write_note", at, body={"client_id": str(uuid.uuid4()), "text": "Asks before buying."})
    ada.call("list_notes", at)
    ada.call("transfer_conversation", at, body={"to": ada.call("get_me")["user"]["id"]})
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    ada.call("snooze_conversation", at, body={"until": until.isoformat()})
    ada.call("resolve_conversation", at)
    ada.call("reopen_conversation", at)
    ada.call("release_conversation", at)


def tickets(ada, at, conversation):
    hums = {"space": at["id"], "subject": "It hums", "text": "At night.", "priority": "high", "tags": ["noise"]}
    first = ada.call("create_ticket", body={**hums, "client_id": str(uuid.uuid4())})["number"]
    second, spare = (ada.call("create_ticket", body={**hums, "subject": subject})["number"] for subject in ("It rattles", "Spare"))
    ada.call("create_ticket", body={"conversation": conversation})
    one = {"number": first}
    ada.call("list_tickets", query={"q": "hum", "status": "open", "sort": "priority", "limit": 2})
    ada.call("get_ticket", one)
    ada.call("change_ticket", one, body={"version": 1, "status": "pending", "assignee": None})
    ada.call("write_ticket_note", one, body={"text": "Asked the warehouse."})
    ada.call("list_ticket_events", one, query={"limit": 2})
    linked = ada.call("link_ticket", one, body={"ticket": second})["links"][0]["id"]
    ada.call("unlink_ticket", {**one, "id": linked})
    me = ada.call("get_me")["user"]["id"]
    ada.call("watch_ticket", {**one, "id": me})
    ada.call("unwatch_ticket", {**one, "id": me})
    ada.call("merge_ticket", {"number": second}, body={"into": first})
    return first, spare, me


def contacts(ada, visitor_id, space):
    at = {"id": ada.call("keep_visitor", {"id": visitor_id})["id"]}
    ada.call("list_contacts", query={"q": "nobody", "filter": "blocked", "limit": 2})
    ada.call("get_contact", at)
    ada.call("change_contact", at, body={"name": "Ann", "email": "ann@x.example", "attributes": {"calls": "mornings"}})
    ada.call("list_contact_conversations", at, query={"limit": 2})
    note = ada.call("write_contact_note", at, body={"text": "Calls on **Mondays**."})
    ada.call("list_contact_notes", at, query={"limit": 1})
    ada.call("delete_contact_note", {**at, "note": note["id"]})
    ada.call("block_contact", at, body={"reason": "spam"})
    ada.call("unblock_contact", at)
    others = [ada.world.call("begin_visitor_session", {"space": space["slug"]}, body={})["visitor"]["id"] for _ in range(2)]
    gone, spare = [ada.call("keep_visitor", {"id": other})["id"] for other in others]
    ada.call("merge_contact", {"id": gone}, body={"into": at["id"]})
    note = ada.call("write_contact_note", {"id": spare}, body={"text": "Likes tea."})["id"]
    return at["id"], spare, note


def team(world, ada):
    bob, cleo = (Person(world, name) for name in ("bob", "cleo"))
    for person in (bob, cleo):
        ada.call("invite_member", body={"email": person.email, "role": "admin"})
        token = world.link(person.email, "invitation")
        world.call("get_invitation", body={"token": token})
        body = {"token": token, "name": person.name, "password": person.password}
        person.begins(world.call("accept_invitation", body=body, session=person.http))
    ada.call("list_members")
    ada.call("change_member", {"id": bob.id}, body={"role": "agent"})
    ada.call("transfer_ownership", body={"member": cleo.id})
    cleo.call("transfer_ownership", body={"member": ada.id})
    ada.call("get_workspace")
    ada.call("change_workspace", body={"name": "Acme Robotics", "time_zone": "Europe/Berlin"})
    ada.call("get_plan")
    ada.call("get_usage")
    ada.call("get_ledger", query={"by": "day,space,model,kind"})
    ada.call("list_usage_events", query={"limit": 5})
    ada.call("set_budget", body={"monthly_nanos": 500_000_000_000})
    ada.call("get_budget")
    ada.call("set_budget", body={"monthly_nanos": None})
    ada.call("get_subscription")
    ada.call("list_invoices")
    page = ada.call("open_checkout", body={"plan": "pro"})["url"]
    # A page of the mock's, for browsers.
    requests.post(page, data={"act": "pay"}, timeout=60, allow_redirects=False)
    ada.call("open_billing_portal")
    ada.call("change_subscription", body={"plan": "enterprise", "preview": True})
    ada.call("change_subscription", body={"plan": "enterprise"})
    ada.call("cancel_subscription")
    ada.call("resume_subscription")
    event = {"id": "evt_1", "type": "invoice.paid", "data": {"object": {}}}
    forged = {"Stripe-Signature": "t=1,v1=00"}
    world.call("receive_billing_event", {"provider": "mock"}, body=event, headers=forged, status=400)
    made = ada.call("create_team", body={"name": "Sales", "members": [bob.id]})
    ada.call("change_team", {"id": made["id"]}, body={"name": "Sales", "members": [bob.id, cleo.id]})
    ada.call("list_teams")
    gone = ada.call("create_team", body={"name": "Gone"})
    ada.call("delete_team", {"id": gone["id"]})
    waiting = ada.call("invite_member", body={"email": f"dan-{world.run}@example.com", "role": "viewer"})
    ada.call("list_invitations")
    ada.call("delete_invitation", {"id": waiting["id"]})
    dora = Person(world, "dora").signs_up()
    dora.call("verify_email", body={"token": world.link(dora.email, "verify")})
    ada.call("invite_member", body={"email": dora.email, "role": "viewer"})
    world.call("accept_invitation", body={"token": world.link(dora.email, "invitation")})
    dora.call("switch_workspace", body={"tenant": ada.tenant})
    dora.logs_in()
    dora.begins(dora.call("switch_workspace", body={"tenant": ada.tenant}))
    dora.call("leave_workspace")
    ada.call("remove_member", {"id": cleo.id})
    return bob.id, made["id"]


def keys(ada, world, at):
    made = ada.call("create_key", body={"name": "Sync", "scopes": SCOPES})
    world.call("list_spaces", token=made["key"])
    ada.call("list_keys")
    gone = ada.call("create_key", body={"name": "Gone", "scopes": ["spaces:read"]})
    ada.call("revoke_key", {"id": gone["id"]})
    for algorithm in ("HS256", "HMAC"):
        kid = ada.call("add_identity_key", at, body={"algorithm": algorithm})["kid"]
    ada.call("list_identity_keys", at)
    ada.call("retire_identity_key", {**at, "kid": kid}, body={"overlap_hours": 1})
    ada.call("delete_identity_key", {**at, "kid": kid})
    ada.call("list_audit_events", query={"limit": 2, "action": "space."})
    ada.call("export_audit_events")
    ada.call("get_overview", query={"from": "2026-11-01", "to": "2026-11-02", "tz": "Asia/Kathmandu", "compare": "previous"})
    ada.call("get_space_analytics", at, query={"compare": "previous", "channel": "widget"})
    return made["id"]


def lives_of_spaces(ada):
    """Spaces for what would end the first one."""
    spare = {}
    for name in ("changed", "archived", "rotated", "removed"):
        spare[name] = ada.call("create_space", body={"name": f"Spare {name}"})["id"]
    ada.call("restore_space_version", {"id": spare["changed"], "n": 1})
    ada.call("unpublish_space", {"id": spare["changed"]})
    ada.call("archive_space", {"id": spare["archived"]})
    ada.call("unarchive_space", {"id": spare["archived"]})
    ada.call("rotate_space_key", {"id": spare["rotated"]}, body={})
    ada.call("archive_space", {"id": spare["removed"]})
    ada.call("delete_space", {"id": spare["removed"]})
    spare["removed"] = ada.call("create_space", body={"name": "Spare removed"})["id"]
    return spare


def categories(ada):
    made = ada.call("create_ticket_category", body={"name": "Parcels", "description": "Where a parcel is."})
    at = {"id": made["id"]}
    ada.call("change_ticket_category", at, body={"name": "Delivery"})
    ada.call("add_category_examples", at, body={"texts": ["Where is my parcel?", "It has not come."]})
    ada.call("import_category_examples", body={"examples": [{"text": "I want my money back.", "category": "Refunds"}]})
    examples = ada.call("list_category_examples", at)["items"]
    ada.call("remove_category_example", {**at, "example": examples[0]["id"]})
    ada.call("list_ticket_categories")
    ada.call("try_ticket_categories", body={"text": "Where is it?"})
    gone = ada.call("create_ticket_category", body={"name": "Gone"})
    ada.call("delete_ticket_category", {"id": gone["id"]})
    return made["id"], examples[1]["id"]


def routing(ada, category):
    rule = {"name": "Parcels", "conditions": {"categories": [category], "moods": ["angry"]}, "priority": "high", "tags": ["parcel"]}
    made = ada.call("create_routing_rule", body=rule)
    ada.call("change_routing_rule", {"id": made["id"]}, body={**rule, "enabled": False})
    listed = ada.call("list_routing_rules")["items"]
    ada.call("order_routing_rules", body={"rules": [one["id"] for one in listed]})
    ada.call("try_routing_rules", body={"text": "Where is it?", "plan": "pro", "locale": "de", "priority": "low"})
    gone = ada.call("create_routing_rule", body={"name": "Gone"})
    ada.call("delete_routing_rule", {"id": gone["id"]})
    return made["id"]


def operators(world, tenant):
    """Somebody who runs the installation. Gives the cookie of their entry."""
    oda = Person(world, "oda").signs_up()
    oda.call("verify_email", body={"token": world.link(oda.email, "verify")})
    proposed = oda.call("propose_second_factor")
    codes = oda.call("enable_second_factor", body={"password": oda.password, "code": code_of(proposed["secret"])})["recovery_codes"]
    world.command("operator", "add", oda.email)

    def enters(code):
        entry = requests.Session()
        world.call("enter_as_operator", body={"email": oda.email, "password": oda.password, "code": code}, session=entry)
        return entry

    entry = enters(codes[0])
    for operation in ("get_operator", "get_operator_overview", "get_operator_health", "list_operator_acts"):
        world.call(operation, session=entry)
    world.call("list_tenants", query={"search": "acme", "sort": "mrr", "descending": "true", "limit": 2, "page": 1}, session=entry)
    world.call("export_tenants", query={"plan": "pro", "subscription": "active"}, session=entry)
    world.call("get_tenant", {"id": tenant}, query={"months": 3}, session=entry)
    begun = world.call("act_as_workspace", {"id": tenant}, body={"reason": "Ticket 4711: answers are slow", "minutes": 5}, session=entry)
    access = {"id": begun["id"]}
    world.call("list_operator_access", session=entry)
    token = world.call("get_operator_token", access, session=entry)["access_token"]
    world.call("list_spaces", token=token)
    world.call("end_operator_access", access, session=entry)
    world.call("leave_as_operator", session=entry)
    return enters(codes[1]).cookies["parlance_operator"]


def tell(world):
    """All of it. What is given back is what generated calls are to find: by operation, or by path."""
    operations(world)
    ada, eve = accounts(world), a_persons_own(world)
    space, document = space_of(ada, world)
    at = {"id": space["id"]}
    uploaded, source = knowledge(ada, world, at)
    question, run = golden(ada, world, at)
    test = experiments(ada, at)
    reply = canned(ada, at)
    policy = sla_policies(ada, at)
    category, example = categories(ada)
    rule = routing(ada, category)
    visitor, conversation, visitor_id, _ = visitors(world, ada, space, document)
    ticket, spare_ticket, watcher = tickets(ada, at, conversation)
    gap = gaps(ada, world, at, space["slug"])
    contact, spare_contact, contact_note = contacts(ada, visitor_id, space)
    member, sales = team(world, ada)
    key = keys(ada, world, at)
    spare = lives_of_spaces(ada)
    kid = ada.call("add_identity_key", at, body={})["kid"]
    job = ada.call("list_jobs")["items"][0]["id"]
    given = ada.call("paste_text", at, body={"title": "Spare", "text": "It goes."})["document"]["id"]
    asked = ada.call("add_golden_question", at, body={"question": "Spare?", "facts": ["yes"]})["id"]
    waiting = ada.call("invite_member", body={"email": f"fay-{world.run}@example.com", "role": "viewer"})["id"]
    spare_reply = ada.call("create_canned_reply", body={"shortcut": "spare", "title": "Spare", "text": "It goes."})["id"]
    spare_policy = ada.call("create_sla_policy", body={"name": "Spare", "targets": {"low": {"resolution": 60}}})["id"]
    spare_category = ada.call("create_ticket_category", body={"name": "Spare"})["id"]
    spare_rule = ada.call("create_routing_rule", body={"name": "Spare"})["id"]
    lone = ada.call("create_team", body={"name": "Spare"})["id"]
    left = ada.call("add_source", at, body={"url": f"{NOWHERE}spare"})["source"]["id"]
    return {
        "owner": ada.token,
        "person": eve.token,
        "visitor": visitor,
        "operator": operators(world, ada.tenant),
        "by_path": {
            "/api/operator/tenants/{id}": {"id": ada.tenant},
            "/api/widget/{space}": {"space": space["slug"]},
            "/api/widget/{space}/conversation/{id}": {"id": conversation},
            "/sources/{space}": {"space": space["slug"], "document": document},
            "/api/chat-spaces/{id}": at,
            "/api/chat-spaces/{id}/identity-keys/{kid}": {"kid": kid},
            "/api/chat-spaces/{id}/versions/{n}": {"n": 1},
            "/api/chat-spaces/{id}/experiments/{experiment}": {"experiment": test},
            "/api/chat-spaces/{id}/gaps/{gap}": {"gap": gap},
            "/api/documents/{id}": {"id": uploaded},
            "/api/sources/{id}": {"id": source},
            "/api/golden-questions/{id}": {"id": question},
            "/api/golden-runs/{id}": {"id": run},
            "/api/jobs/{id}": {"id": job},
            "/api/canned-replies/{id}": {"id": reply},
            "/api/sla-policies/{id}": {"id": policy},
            "/api/ticket-categories/{id}": {"id": category},
            "/api/ticket-categories/{id}/examples/{example}": {"id": category, "example": example},
            "/api/routing-rules/{id}": {"id": rule},
            "/api/conversations/{id}": {"id": conversation},
            "/api/tickets/{number}": {"number": ticket},
            "/api/tickets/{number}/watchers/{id}": {"number": ticket, "id": watcher},
            "/api/visitors/{id}": {"id": visitor_id},
            "/api/contacts/{id}": {"id": contact},
            "/api/team/members/{id}": {"id": member},
            "/api/team/teams/{id}": {"id": sales},
            "/api/team/invitations/{id}": {"id": waiting},
            "/api/keys/{id}": {"id": key},
        },
        "by_operation": {
            **{name: {"id": spare["changed"]} for name in ("change_space", "restore_space_version", "publish_space", "unpublish_space")},
            **{name: {"id": spare["archived"]} for name in ("archive_space", "unarchive_space")},
            "rotate_space_key": {"id": spare["rotated"]},
            "delete_space": {"id": spare["removed"]},
            "delete_document": {"id": given},
            "delete_golden_question": {"id": asked},
            "delete_canned_reply": {"id": spare_reply},
            "delete_sla_policy": {"id": spare_policy},
            "delete_ticket_category": {"id": spare_category},
            "delete_routing_rule": {"id": spare_rule},
            **{name: {"id": spare_contact} for name in ("block_contact", "unblock_contact", "merge_contact")},
            "delete_contact_note": {"id": spare_contact, "note": contact_note},
            "merge_ticket": {"number": spare_ticket},
            "delete_team": {"id": lone},
            "delete_source": {"id": left},
        },
    }
