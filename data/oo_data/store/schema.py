"""The schema, version by version; a script that was released is never edited.

Times are UTC milliseconds. A BLOB column holds what is sealed, or packed by `decisions`; every other column holds
ids, numbers or fixed words.
"""

from __future__ import annotations

V1 = """
create table meta (key text primary key, value text not null) strict;
create table event (
  seq integer primary key autoincrement, id text not null unique, at integer not null,
  type text not null, subject text not null, data text not null
) strict;
create index event_type_at on event (type, at);
create index event_subject on event (subject, type);
create table consent (
  key text primary key, granted integer not null check (granted in (0, 1)), at integer not null
) strict;
create table source (
  id text primary key, connected_at integer not null, watch_path text, watch_mark text,
  cursor text, last_ok_at integer, last_error text, failures integer not null default 0
) strict;
create table secret (name text primary key, sealed blob not null, at integer not null) strict;
create table task (
  ref text primary key, source text not null references source (id) on delete cascade,
  due text, start text, priority integer not null check (priority between 1 and 4),
  project_ref text, label_refs text not null, added_at integer,
  recurring integer not null check (recurring in (0, 1)), minutes integer,
  words integer not null, seen_at integer not null
) strict;
create index task_source on task (source);
create table completion (
  source text not null references source (id) on delete cascade, ref text not null, at integer not null,
  timed integer not null check (timed in (0, 1)), due text, lateness_days real, project_ref text,
  priority integer not null, recurring integer not null check (recurring in (0, 1)),
  primary key (source, ref, at)
) strict, without rowid;
create index completion_at on completion (at);
create table feature (
  key text primary key, value text not null, computed_at integer not null, fresh_until integer not null,
  provenance text not null
) strict;
create table agent_run (
  agent_id text primary key, version text not null, at integer not null, outcome text not null, millis integer not null
) strict;
create table snippet (
  agent_id text primary key, version text not null, text blob not null, refs text not null, weight real not null,
  at integer not null, expires_at integer not null, provenance text not null
) strict;
create table pref (
  scope text not null, key text not null, source text not null check (source in ('user', 'inferred', 'default')),
  value text not null, evidence integer not null, at integer not null,
  primary key (scope, key, source)
) strict, without rowid;
create table decision (
  id text primary key, at integer not null, policy text not null,
  stage text not null check (stage in ('live', 'shadow')), gate text not null, chosen text,
  propensity real not null check (propensity between 0 and 1), scores text not null
) strict;
create index decision_at on decision (at);
create table tip (
  id text primary key, rank integer, kind text not null check (kind in ('todo', 'advice')), subject text not null,
  source text not null, consent text not null, decision_id text not null, made_at integer not null,
  valid_from integer not null, valid_until integer not null, text blob, reason blob, handle blob
) strict;
create index tip_rank on tip (rank) where rank is not null;
create index tip_subject on tip (subject);
create table mute (
  subject text not null, until integer not null, cause text not null, event_id text not null,
  primary key (subject, cause)
) strict, without rowid;
create table silence (
  id text primary key, from_at integer not null, until_at integer not null, reason text not null,
  after_shown integer not null default 0, binding text not null check (binding in ('always', 'ambient')),
  origin text not null
) strict;
create table egress (
  id text primary key, at integer not null, host text not null, purpose text not null, consent text not null,
  categories text not null, bytes_out integer not null, bytes_in integer not null, status text not null
) strict;
create index egress_at on egress (at);
"""

# Writes wait here until the source has them; the uuid is stored before the first try, so a repeat is no second one.
V2 = """
create table outbox (
  uuid text primary key, source text not null references source (id) on delete cascade, event_id text not null,
  kind text not null check (kind in ('close', 'reopen', 'reschedule')), body blob not null, at integer not null,
  tries integer not null default 0, state text not null check (state in ('waiting', 'sent', 'refused')),
  last_error text
) strict;
create index outbox_state on outbox (state, at);
create index outbox_event on outbox (event_id);
"""

# One mute a reaction, so that taking one back leaves the one before it in force. The key's columns come first: SQLite
# 3.40 reports a sound table as damaged otherwise.
V3 = """
create table mute_by_event (
  subject text not null, event_id text not null, until integer not null, cause text not null,
  primary key (subject, event_id)
) strict, without rowid;
insert into mute_by_event select subject, event_id, until, cause from mute;
drop table mute;
alter table mute_by_event rename to mute;
"""

# What the ranker learns from, what the person tells of themselves, and what is worked out of both.
V4 = """
alter table task add column changed_at integer;
alter table task add column changes integer not null default 0;
alter table task add column started integer not null default 0 check (started in (0, 1));
alter table task add column starred integer not null default 0 check (starred in (0, 1));
alter table task add column blocked integer not null default 0 check (blocked in (0, 1));
alter table task add column blocking integer not null default 0 check (blocking in (0, 1));
alter table task add column notes integer not null default 0;
alter table task add column every_days real;
alter table task add column routine_ref text;
alter table completion add column added_at integer;
alter table completion add column label_refs text not null default '';
alter table completion add column every_days real;
alter table completion add column routine_ref text;
alter table decision add column moment text not null default '';
create index tip_decision on tip (decision_id);
create index event_type on event (type);
create index decision_moment on decision (moment) where moment <> '';
create table pref_log (
  seq integer primary key autoincrement, scope text not null, key text not null,
  source text not null check (source in ('user', 'inferred', 'default')), value text, evidence integer not null,
  at integer not null
) strict;
create index pref_log_key on pref_log (scope, key, at);
create table context (
  ref text primary key, name blob not null, active integer not null check (active in (0, 1)), schedule text not null,
  since integer not null
) strict;
create table mood (id text primary key, at integer not null, score integer not null check (score between 1 and 5),
  note blob) strict;
create index mood_at on mood (at);
create table habit (
  ref text primary key, source text not null references source (id) on delete cascade, name blob not null,
  every_days integer not null check (every_days between 1 and 366), added_at integer not null, done_at integer
) strict;
create table effort (
  ref text primary key, source text not null references source (id) on delete cascade, minutes integer,
  energy text check (energy in ('low', 'medium', 'high')), at integer not null
) strict;
create table vector (
  ref text not null, embedder text not null, source text not null references source (id) on delete cascade,
  sealed blob not null, at integer not null, primary key (ref, embedder)
) strict, without rowid;
create table area (
  ref text primary key, source text not null references source (id) on delete cascade, area text not null,
  origin text not null check (origin in ('user', 'inferred')), at integer not null
) strict;
create table model (name text primary key, version text not null, at integer not null, state text not null) strict;
create table policy (
  id text primary key, stage text not null check (stage in ('live', 'shadow', 'off')), since integer not null
) strict;
"""

# What a model was asked, and which tips it was asked about. The words are sealed, and go after a day.
V5 = """
create table asked (
  id text primary key, at integer not null, consent text not null, version text not null, verdict text not null,
  millis integer not null, tokens integer not null, told integer not null check (told in (0, 1)),
  digest text not null, sent blob, answer blob
) strict;
create index asked_at on asked (at);
alter table tip add column wording text not null default '';
alter table tip add column asked_id text not null default '';
"""

# The same words in two sources have the same reference, so that one thing is not shown twice.
V6 = "alter table task add column title_ref text"

# When calendars say the person is taken, and how long each tip on the shelf may take.
V7 = """
create table busy (
  source text not null references source (id) on delete cascade, from_at integer not null, until_at integer not null,
  primary key (source, from_at)
) strict, without rowid;
alter table tip add column minutes integer;
"""

# Signs of a place, as keyed references, and whether one of them was seen at the last look.
V8 = """
alter table context add column present integer not null default 0 check (present in (0, 1));
create table context_sign (
  context text not null references context (ref) on delete cascade, sign text not null, primary key (context, sign)
) strict, without rowid;
"""

# One key for each source and month, wrapped by the key of the home.
V9 = """
create table data_key (
  id text primary key, source text not null, month text not null, wrapped blob not null, unique (source, month)
) strict;
"""

# The shipped examples as a gateway's embedder sees them.
V10 = """
create table yardstick (place integer primary key, edition text not null, vector blob not null) strict;
"""

# What was done when: the scheduler, cron and the person's own refresh look here for what is due.
V11 = """
create table duty (
  id text primary key, every integer not null, hours text not null, slot text not null, at integer not null,
  tried_at integer not null, failures integer not null, error text not null,
  alerted integer not null check (alerted in (0, 1))
) strict;
"""

# What sources may still tell of, and what is not to be learnt again: a span of time without a reference, or a task.
V12 = """
create table forgotten (
  ref text not null, source text not null, from_at integer not null, until_at integer not null,
  primary key (ref, source, from_at)
) strict, without rowid;
"""

# Paired phones, and a pairing under way.
V13 = """
create table device (
  name text primary key, token blob not null unique, paired_at integer not null, seen_at integer not null
) strict;
create table pairing (
  name text primary key, link blob not null, digits blob not null, expires_at integer not null,
  tries integer not null default 0
) strict;
"""

# How far each reader of the log has come.
V14 = """
create table cursor (reader text primary key, seq integer not null) strict;
"""

# What homes of one person share: events that came from another of them, and the order in which each preference was set.
V15 = """
create table arrival (event_id text primary key references event (id) on delete cascade) strict;
create table register (
  scope text not null, key text not null, source text not null check (source in ('user', 'inferred')),
  clock integer not null, event_id text not null, primary key (scope, key, source)
) strict, without rowid;
"""

# Which stream a place in it was counted by: one that is made anew under the same name begins again.
V16 = "alter table cursor add column stream text not null default ''"

# The log of decisions is most of the file: packed, a year of it is a fifth as large.
V17 = """
create table decision_packed (
  id text primary key, at integer not null, policy text not null,
  stage text not null check (stage in ('live', 'shadow')), gate text not null, chosen text,
  propensity real not null check (propensity between 0 and 1), scores blob not null, moment text not null default ''
) strict;
insert into decision_packed
  select id, at, policy, stage, gate, chosen, propensity, packed(cast(scores as blob)), moment from decision;
drop table decision;
alter table decision_packed rename to decision;
create index decision_at on decision (at);
create index decision_moment on decision (moment) where moment <> '';
"""

STEPS = (
    ("first_house", V1),
    ("outbox", V2),
    ("mute_by_event", V3),
    ("what_is_learnt", V4),
    ("asked", V5),
    ("titles", V6),
    ("busy", V7),
    ("signs", V8),
    ("data_keys", V9),
    ("yardstick", V10),
    ("duty", V11),
    ("forgotten", V12),
    ("devices", V13),
    ("cursors", V14),
    ("homes", V15),
    ("streams", V16),
    ("packed_scores", V17),
)
