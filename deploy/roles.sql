-- Once, as a superuser:  psql -f deploy/roles.sql
-- Then give each role a password with \password; deploy/install makes both.
-- The owner changes the tables; the site itself works as tracker_web and cannot.
CREATE ROLE tracker_owner LOGIN;
CREATE ROLE tracker_web LOGIN;
CREATE DATABASE tracker OWNER tracker_owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
