-- After every migration and every restore, as the owner:  psql -U tracker_owner -f deploy/grants.sql tracker
\set ON_ERROR_STOP on
BEGIN;
REVOKE ALL ON DATABASE tracker FROM PUBLIC;
GRANT CONNECT ON DATABASE tracker TO tracker_web;
GRANT USAGE ON SCHEMA public TO tracker_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tracker_web;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO tracker_web;
-- The trail and its seals are only read and added to. Triggers refuse everything else, to the
-- owner too, who alone could drop them; TRUNCATE, which would empty a table at once, is granted
-- on none. Which migrations have run is only read.
REVOKE UPDATE, DELETE ON targets_event, targets_seal FROM tracker_web;
-- What was issued never changes: its files are written once.
REVOKE UPDATE, DELETE ON reports_issuedfile FROM tracker_web;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM tracker_web;
COMMIT;
