-- A home of schema 1, as released. Never edited; its texts are sealed with a key of 32 zero bytes.
pragma application_id=1867460657;
pragma user_version=1;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'oo','m0001_first_house','2026-11-22 05:00:00+00:00');
CREATE TABLE agent_run (
  agent_id text primary key, version text not null, at integer not null, outcome text not null, millis integer not null
) strict;
INSERT INTO "agent_run" VALUES('momentum','1.0.0',1796115600000,'ok',12);
CREATE TABLE completion (
  source text not null references source (id) on delete cascade, ref text not null, at integer not null,
  timed integer not null check (timed in (0, 1)), due text, lateness_days real, project_ref text,
  priority integer not null, recurring integer not null check (recurring in (0, 1)),
  primary key (source, ref, at)
) strict, without rowid;
INSERT INTO "completion" VALUES('todotxt','a1b2c3d4e5f60718293a4b5c',1796029200000,1,'2026-11-29',1.5,'p1',2,0);
CREATE TABLE consent (
  key text primary key, granted integer not null check (granted in (0, 1)), at integer not null
) strict;
INSERT INTO "consent" VALUES('source.todotxt',1,1796115600000);
INSERT INTO "consent" VALUES('source.todoist',1,1796115600000);
INSERT INTO "consent" VALUES('agent.momentum',1,1796115600000);
CREATE TABLE decision (
  id text primary key, at integer not null, policy text not null,
  stage text not null check (stage in ('live', 'shadow')), gate text not null, chosen text,
  propensity real not null check (propensity between 0 and 1), scores text not null
) strict;
INSERT INTO "decision" VALUES('d1',1796115600000,'urgency','live','open','a1b2c3d4e5f60718293a4b5c',0.75,'{"a1b2c3d4e5f60718293a4b5c":{"overdue":[1.0,2.5]}}');
CREATE TABLE egress (
  id text primary key, at integer not null, host text not null, purpose text not null, consent text not null,
  categories text not null, bytes_out integer not null, bytes_in integer not null, status text not null
) strict;
INSERT INTO "egress" VALUES('q1',1796115600000,'api.todoist.com','read tasks','source.todoist','tasks',300,4000,'200');
CREATE TABLE event (
  seq integer primary key autoincrement, id text not null unique, at integer not null,
  type text not null, subject text not null, data text not null
) strict;
INSERT INTO "event" VALUES(1,'e1',1796115600000,'TipShown','0123456789abcdef0123','{"about":"a1b2c3d4e5f60718293a4b5c","surface":"tip"}');
INSERT INTO "event" VALUES(2,'e2',1796115600001,'FeedbackGiven','0123456789abcdef0123','{"about":"advice.momentum","reaction":"no","reason":"","until":1796202000000}');
CREATE TABLE feature (
  key text primary key, value text not null, computed_at integer not null, fresh_until integer not null,
  provenance text not null
) strict;
INSERT INTO "feature" VALUES('task.overdue_count','1.0',1796115600000,1796202000000,'source.todotxt');
INSERT INTO "feature" VALUES('task.hours','[0.0, 2.5]',1796115600000,1796202000000,'source.todotxt source.todoist');
CREATE TABLE meta (key text primary key, value text not null) strict;
INSERT INTO "meta" VALUES('custody','file:chosen:');
CREATE TABLE mute (
  subject text not null, until integer not null, cause text not null, event_id text not null,
  primary key (subject, cause)
) strict, without rowid;
INSERT INTO "mute" VALUES('advice.momentum',1796202000000,'no','e2');
CREATE TABLE pref (
  scope text not null, key text not null, source text not null check (source in ('user', 'inferred', 'default')),
  value text not null, evidence integer not null, at integer not null,
  primary key (scope, key, source)
) strict, without rowid;
INSERT INTO "pref" VALUES('time-of-day','peak_hours','default','[9, 10]',0,1796115600000);
INSERT INTO "pref" VALUES('time-of-day','quiet_start','inferred','22',40,1796115600000);
INSERT INTO "pref" VALUES('time-of-day','quiet_start','user','21',0,1796115600000);
CREATE TABLE secret (name text primary key, sealed blob not null, at integer not null) strict;
INSERT INTO "secret" VALUES('todoist.token',X'010A1D100CE4F869A93A4B97FCD9BE37302D87466C7C3489277ABBEF47173065D31AAC272D5BF683',1796115600000);
CREATE TABLE silence (
  id text primary key, from_at integer not null, until_at integer not null, reason text not null,
  after_shown integer not null default 0, binding text not null check (binding in ('always', 'ambient')),
  origin text not null
) strict;
INSERT INTO "silence" VALUES('quiet.2026-12-01',1796151600000,1796187600000,'quiet-hours',0,'always','gate');
CREATE TABLE snippet (
  agent_id text primary key, version text not null, text blob not null, refs text not null, weight real not null,
  at integer not null, expires_at integer not null, provenance text not null
) strict;
INSERT INTO "snippet" VALUES('momentum','1.0.0',X'010A1D100C281C4419070E322CE5C3672A8C17C5ABDB71577BE43E3A696F645529BAA983A2E5C430F0F635C780','a1b2c3d4e5f60718293a4b5c',0.5,1796115600000,1796202000000,'source.todotxt');
CREATE TABLE source (
  id text primary key, connected_at integer not null, watch_path text, watch_mark text,
  cursor text, last_ok_at integer, last_error text, failures integer not null default 0
) strict;
INSERT INTO "source" VALUES('todotxt',1796115600000,'/home/ada/todo.txt','1:2:3',NULL,1796115600001,NULL,0);
INSERT INTO "source" VALUES('todoist',1796115600000,NULL,NULL,NULL,NULL,'SourceUnavailableError',1);
CREATE TABLE task (
  ref text primary key, source text not null references source (id) on delete cascade,
  due text, start text, priority integer not null check (priority between 1 and 4),
  project_ref text, label_refs text not null, added_at integer,
  recurring integer not null check (recurring in (0, 1)), minutes integer,
  words integer not null, seen_at integer not null
) strict;
INSERT INTO "task" VALUES('a1b2c3d4e5f60718293a4b5c','todotxt','2026-12-01','2026-11-30',4,'p1','l1 l2',1796029200000,1,25,3,1796115600000);
CREATE TABLE tip (
  id text primary key, rank integer, kind text not null check (kind in ('todo', 'advice')), subject text not null,
  source text not null, consent text not null, decision_id text not null, made_at integer not null,
  valid_from integer not null, valid_until integer not null, text blob, reason blob, handle blob
) strict;
INSERT INTO "tip" VALUES('0123456789abcdef0123',0,'todo','a1b2c3d4e5f60718293a4b5c','todotxt','source.todotxt','d1',1796115600000,1796115600000,1796202000000,X'010A1D100C36E79F9A0D2EFDB5FF16211CF59388BEA81C051445895D4C2ACB827C94B837D0AC389F23FFC756C9D73F38E7',X'010A1D100C38247E2595C9068DA49796821EF9A64B7AFAE27A39A015F0FF25E6AEEE80AC4FF9B02B3C80',X'010A1D100C19541970C186ABC12D84D7AA4EAFF93C343A67F8AA689E74F42B2EBF57F465D6D5FC6FF5');
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event',2);
COMMIT;
