#!/bin/sh
# Run once by the PostgreSQL image, when its data folder is empty.
#
# Two roles besides the superuser: `recovery_owner` migrates and owns the tables, `recovery_app` is what the program
# connects as. The second owns nothing, so it cannot lift the triggers that keep the log append-only, nor truncate.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    -v owner_password="$OWNER_DB_PASSWORD" -v app_password="$APP_DB_PASSWORD" <<'SQL'
CREATE ROLE recovery_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE recovery_app LOGIN PASSWORD :'app_password';
ALTER DATABASE :"DBNAME" OWNER TO recovery_owner;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO recovery_app;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO recovery_app;
ALTER DEFAULT PRIVILEGES FOR ROLE recovery_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO recovery_app;
ALTER DEFAULT PRIVILEGES FOR ROLE recovery_owner IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO recovery_app;
SQL
