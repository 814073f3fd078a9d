"""Drives a simulated pool with the official Python client: `client.py URL VM`."""

import sys
import time

import XenAPI

LIMIT = 60


def wait_for(session, vm, state):
    """Waits until the VM is in `state`, by events alone."""
    token, deadline = "", time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        answer = session.xenapi.event_from(["vm"], token, 5.0)
        token = answer["token"]
        for event in answer["events"]:
            if event["ref"] == vm and event.get("snapshot", {}).get("power_state") == state:
                return
    sys.exit(f"the VM was not {state} within {LIMIT} s")


def main(url, name):
    session = XenAPI.Session(url, ignore_ssl=True)
    session.xenapi.login_with_password("root", "password", "1.0", "test")
    records = session.xenapi.VM.get_all_records()
    print("listed", "some" if len(records) > 1 else "none")
    [vm] = session.xenapi.VM.get_by_name_label(name)
    task = session.xenapi.Async.VM.start(vm, False, False)
    wait_for(session, vm, "Running")
    deadline = time.monotonic() + LIMIT
    while session.xenapi.task.get_status(task) == "pending" and time.monotonic() < deadline:
        time.sleep(0.05)
    print("start", session.xenapi.task.get_status(task))
    snapshot = session.xenapi.VM.snapshot(vm, "before", [])
    record = session.xenapi.VM.get_record(snapshot)
    print("snapshot", record["name_label"], record["is_a_snapshot"], record["snapshot_of"] == vm)
    session.xenapi.VM.destroy(snapshot)
    try:
        session.xenapi.VM.get_record(snapshot)
        print("the snapshot is still there")
    except XenAPI.Failure as failure:
        print("destroyed", failure.details[0])
    try:
        session.xenapi.VM.start(vm, False, False)
    except XenAPI.Failure as failure:
        print("start again", failure.details[0], *failure.details[2:])
    session.xenapi.session.logout()


main(*sys.argv[1:])
