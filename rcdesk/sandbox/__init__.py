"""The platform on the loopback interface: demo, test bed, and a tool of its own.

From the bottom up:

- `clock`, `chance`, `agenda`, `names`, `errors`: time, luck, what comes later, who there is, how to say no.
- `account`, `calls`, `world`, `ringouts`, `call_log`, `past`, `director`: the pretend company and what happens in
  it. Pure: time is given to them.
- `presence`, `telephony`, `account_wire`, `log_wire`, `log_entries`: the same in the platform's words.
- `sessions`, `oauth`, `limits`, `sync_tokens`: who may ask, and how often.
- `faults`: what goes wrong on purpose, as state that all others ask. `waits`, `lines`, `skew`, `answer_faults`: where
  that takes effect. `fault_kinds`: every kind by name. `chaos`, `chaos_director`: one after the other.
- `subscriptions`, `push` and `push_*`: who is told of events, over PubNub and over the WebSocket gateway.
- `rest`, `query`, `paging` and `*_routes`: REST over those. `control`, `faults_control`,
  `chaos_control`, `state_control`: the control API.
- `state` builds it all, `front` and `app` make it an ASGI app, `server` serves it, `cli` is the command.
"""
