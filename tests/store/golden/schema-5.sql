-- A home as schema 5 left it, every sealed column filled. The key is 32 zero bytes.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'oo','m0001_first_house','2026-11-22 11:31:24.005523+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'oo','m0002_outbox','2026-11-22 11:31:24.005958+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'oo','m0003_mute_by_event','2026-11-22 11:31:24.008132+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'oo','m0004_what_is_learnt','2026-11-22 11:31:24.016106+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'oo','m0005_asked','2026-11-22 11:31:24.017009+00:00');
CREATE TABLE agent_run (
  agent_id text primary key, version text not null, at integer not null, outcome text not null, millis integer not null
) strict;
CREATE TABLE area (
  ref text primary key, source text not null references source (id) on delete cascade, area text not null,
  origin text not null check (origin in ('user', 'inferred')), at integer not null
) strict;
CREATE TABLE asked (
  id text primary key, at integer not null, consent text not null, version text not null, verdict text not null,
  millis integer not null, tokens integer not null, told integer not null check (told in (0, 1)),
  digest text not null, sent blob, answer blob
) strict;
INSERT INTO "asked" VALUES('a1',1796115600000,'llm.tip-generator.local','1','model',1,1,0,'d',X'010A1D100CDC167DB8DE9B4211FADB85A710CF57CA1434EC716F58319B43C16D538A27',X'010A1D100C638D9639D20A139B28E1FEC5E191AEE9015899E8EBC5D622C18B09B85A97');
CREATE TABLE completion (
  source text not null references source (id) on delete cascade, ref text not null, at integer not null,
  timed integer not null check (timed in (0, 1)), due text, lateness_days real, project_ref text,
  priority integer not null, recurring integer not null check (recurring in (0, 1)), added_at integer, label_refs text not null default '', every_days real, routine_ref text,
  primary key (source, ref, at)
) strict, without rowid;
CREATE TABLE consent (
  key text primary key, granted integer not null check (granted in (0, 1)), at integer not null
) strict;
CREATE TABLE context (
  ref text primary key, name blob not null, active integer not null check (active in (0, 1)), schedule text not null,
  since integer not null
) strict;
INSERT INTO "context" VALUES('c1',X'010A1D100C9AF1DB70301246AD8E50D3501FC906961E823575BC07CEB32D9287874E97CF4BEDAA55',1,'',1796115600000);
CREATE TABLE decision (
  id text primary key, at integer not null, policy text not null,
  stage text not null check (stage in ('live', 'shadow')), gate text not null, chosen text,
  propensity real not null check (propensity between 0 and 1), scores text not null
, moment text not null default '') strict;
CREATE TABLE effort (
  ref text primary key, source text not null references source (id) on delete cascade, minutes integer,
  energy text check (energy in ('low', 'medium', 'high')), at integer not null
) strict;
CREATE TABLE egress (
  id text primary key, at integer not null, host text not null, purpose text not null, consent text not null,
  categories text not null, bytes_out integer not null, bytes_in integer not null, status text not null
) strict;
CREATE TABLE event (
  seq integer primary key autoincrement, id text not null unique, at integer not null,
  type text not null, subject text not null, data text not null
) strict;
CREATE TABLE feature (
  key text primary key, value text not null, computed_at integer not null, fresh_until integer not null,
  provenance text not null
) strict;
CREATE TABLE habit (
  ref text primary key, source text not null references source (id) on delete cascade, name blob not null,
  every_days integer not null check (every_days between 1 and 366), added_at integer not null, done_at integer
) strict;
INSERT INTO "habit" VALUES('h1','habit',X'010A1D100CADE0EC821A4C2B284F05152C0E59FF4061DC6A0F19997B4E10162FF5F5D45A34C883E8',1,1796115600000,NULL);
CREATE TABLE meta (key text primary key, value text not null) strict;
INSERT INTO "meta" VALUES('custody','file:chosen:');
CREATE TABLE model (name text primary key, version text not null, at integer not null, state text not null) strict;
CREATE TABLE mood (id text primary key, at integer not null, score integer not null check (score between 1 and 5),
  note blob) strict;
INSERT INTO "mood" VALUES('m1',1796115600000,4,X'010A1D100CC72740A9421F085DE9D4131569610A3F0DEE9B41545D62920A34B116DB04B9C698CA9C9D8534');
INSERT INTO "mood" VALUES('m2',1796115600000,4,NULL);
CREATE TABLE "mute" (
  subject text not null, event_id text not null, until integer not null, cause text not null,
  primary key (subject, event_id)
) strict, without rowid;
CREATE TABLE outbox (
  uuid text primary key, source text not null references source (id) on delete cascade, event_id text not null,
  kind text not null check (kind in ('close', 'reopen', 'reschedule')), body blob not null, at integer not null,
  tries integer not null default 0, state text not null check (state in ('waiting', 'sent', 'refused')),
  last_error text
) strict;
INSERT INTO "outbox" VALUES('u1','todoist','e','close',X'010A1D100C7C512C1E4D219D46A3A49F0F1709BC80488F6F194C65F579D802F5F42C0B7BA31FCA1DA08C52FA1849',1796115600000,0,'waiting',NULL);
INSERT INTO "outbox" VALUES('u2','todoist','e','close',X'',1796115600000,0,'sent',NULL);
CREATE TABLE policy (
  id text primary key, stage text not null check (stage in ('live', 'shadow', 'off')), since integer not null
) strict;
CREATE TABLE pref (
  scope text not null, key text not null, source text not null check (source in ('user', 'inferred', 'default')),
  value text not null, evidence integer not null, at integer not null,
  primary key (scope, key, source)
) strict, without rowid;
CREATE TABLE pref_log (
  seq integer primary key autoincrement, scope text not null, key text not null,
  source text not null check (source in ('user', 'inferred', 'default')), value text, evidence integer not null,
  at integer not null
) strict;
CREATE TABLE secret (name text primary key, sealed blob not null, at integer not null) strict;
INSERT INTO "secret" VALUES('ref-key',X'010A1D100C79872CDB388271080EE9B4000B61D98EEF1C02F6729632BF87387BA7E3E835F4DA15EA679687588F3CDB43B9B88D1991B9D26F14A6E8464BE9A63DCC39A6C7466D24DBEE584EDBFEFFDD0957B063E0ED2E48C1CD93CF79E622196661',1796115600000);
INSERT INTO "secret" VALUES('todoist.login',X'010A1D100C98F207EE20252DBE169DF2383FC8006F56B47C77A6B395A925382884E019573AC836E4',1796115600000);
CREATE TABLE silence (
  id text primary key, from_at integer not null, until_at integer not null, reason text not null,
  after_shown integer not null default 0, binding text not null check (binding in ('always', 'ambient')),
  origin text not null
) strict;
CREATE TABLE snippet (
  agent_id text primary key, version text not null, text blob not null, refs text not null, weight real not null,
  at integer not null, expires_at integer not null, provenance text not null
) strict;
INSERT INTO "snippet" VALUES('momentum','1',X'010A1D100CE999C1A610EEE171CDE8953FCFD0C59CE17CF6F11F10ECDBD6491F41BAA511633B2BCD435BF40A5F','[]',1.0,1796115600000,1796115600000,'[]');
CREATE TABLE source (
  id text primary key, connected_at integer not null, watch_path text, watch_mark text,
  cursor text, last_ok_at integer, last_error text, failures integer not null default 0
) strict;
INSERT INTO "source" VALUES('todoist',1796115600000,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "source" VALUES('todotxt',1796115600000,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "source" VALUES('habit',1796115600000,NULL,NULL,NULL,NULL,NULL,0);
CREATE TABLE task (
  ref text primary key, source text not null references source (id) on delete cascade,
  due text, start text, priority integer not null check (priority between 1 and 4),
  project_ref text, label_refs text not null, added_at integer,
  recurring integer not null check (recurring in (0, 1)), minutes integer,
  words integer not null, seen_at integer not null
, changed_at integer, changes integer not null default 0, started integer not null default 0 check (started in (0, 1)), starred integer not null default 0 check (starred in (0, 1)), blocked integer not null default 0 check (blocked in (0, 1)), blocking integer not null default 0 check (blocking in (0, 1)), notes integer not null default 0, every_days real, routine_ref text) strict;
CREATE TABLE tip (
  id text primary key, rank integer, kind text not null check (kind in ('todo', 'advice')), subject text not null,
  source text not null, consent text not null, decision_id text not null, made_at integer not null,
  valid_from integer not null, valid_until integer not null, text blob, reason blob, handle blob
, wording text not null default '', asked_id text not null default '') strict;
INSERT INTO "tip" VALUES('t1',NULL,'todo','x','todoist','c','d',1796115600000,1796115600000,1796115600000,X'010A1D100CC84FDC5FF2EDE17CA87AF914C5A15C2E9C3493E7F55B00578E148F967F9A36D8A3564A02D1A5A5DAE0B14D8A',X'010A1D100C4B06C511BD3E8C42933127C38B289C1F04956F71D4DBA571E634153F80B42F62AF3E7432FE',X'010A1D100C22B4812F18E8FEB85F782B9CDFE6FC6B49FF941FB495BFAFFD87E0DC4D642B73','','');
INSERT INTO "tip" VALUES('t2',NULL,'todo','x','agent','c','d',1792659600000,1796115600000,1796115600000,X'010A1D100C18EA3CD08483C01D7968100173E58368D0E50C5A80D20EF24EFBC20A1AB06466640FD1BC',X'010A1D100C4F6B6FA2CD86158F2A1F524C9185195E0FB9D9BB6B70D341394998F10E1133F75876AAFA79',X'010A1D100C97669ECAF8B021214F48C3C6A07E5B13306443EB9C7D7CF3D680D099F5C466AB','','');
INSERT INTO "tip" VALUES('t3',NULL,'todo','x','todoist','c','d',1,1,1,NULL,NULL,NULL,'','');
CREATE TABLE vector (
  ref text not null, embedder text not null, source text not null references source (id) on delete cascade,
  sealed blob not null, at integer not null, primary key (ref, embedder)
) strict, without rowid;
INSERT INTO "vector" VALUES('v1','ngrams@1','todotxt',X'010A1D100C57607A95D0B058055006BDEDC507F4EE4620E928F9D3B519684E6F404368BAAB6B38B6A64FFF5AF2AE',1796115600000);
INSERT INTO "vector" VALUES('v1','use@1','todotxt',X'010A1D100C18448C83B4C4DDC867F870FB6E7135C01C9A5664BE1729046277872D33272F4B6E2B99AC510D',1796115600000);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX event_type_at on event (type, at);
CREATE INDEX event_subject on event (subject, type);
CREATE INDEX task_source on task (source);
CREATE INDEX completion_at on completion (at);
CREATE INDEX decision_at on decision (at);
CREATE INDEX tip_rank on tip (rank) where rank is not null;
CREATE INDEX tip_subject on tip (subject);
CREATE INDEX egress_at on egress (at);
CREATE INDEX outbox_state on outbox (state, at);
CREATE INDEX outbox_event on outbox (event_id);
CREATE INDEX tip_decision on tip (decision_id);
CREATE INDEX event_type on event (type);
CREATE INDEX decision_moment on decision (moment) where moment <> '';
CREATE INDEX pref_log_key on pref_log (scope, key, at);
CREATE INDEX mood_at on mood (at);
CREATE INDEX asked_at on asked (at);
DELETE FROM "sqlite_sequence";
COMMIT;
pragma application_id=1867460657;
pragma user_version=5;
