/**
 * Gives one role everything in the database that another owns. REASSIGN OWNED refuses to, for the
 * role that initdb made.
 */
export function moveObjects(from: string, to: string): string {
  return `DO $$
DECLARE object text;
BEGIN
  FOR object IN
    WITH schemas AS (
      SELECT oid, nspname, nspowner FROM pg_namespace
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    ), extension_members AS (
      SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
    ), sequences_of_columns AS (
      SELECT objid FROM pg_depend
      WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
        AND refobjsubid > 0 AND deptype IN ('a', 'i')
    )
    SELECT format('SCHEMA %I', schemas.nspname) FROM schemas
    WHERE nspowner = '${from}'::regrole
    UNION ALL
    SELECT format('TABLE %s', relations.oid::regclass)
    FROM pg_class AS relations JOIN schemas ON schemas.oid = relations.relnamespace
    WHERE relowner = '${from}'::regrole
      AND (relkind IN ('r', 'p', 'v', 'm', 'f')
        OR relkind = 'S' AND relations.oid NOT IN (SELECT objid FROM sequences_of_columns))
      AND ('pg_class'::regclass, relations.oid) NOT IN (SELECT * FROM extension_members)
    UNION ALL
    SELECT format('ROUTINE %s', routines.oid::regprocedure)
    FROM pg_proc AS routines JOIN schemas ON schemas.oid = routines.pronamespace
    WHERE proowner = '${from}'::regrole
      AND ('pg_proc'::regclass, routines.oid) NOT IN (SELECT * FROM extension_members)
    UNION ALL
    SELECT format('TYPE %s', types.oid::regtype)
    FROM pg_type AS types JOIN schemas ON schemas.oid = types.typnamespace
    WHERE typowner = '${from}'::regrole AND typtype IN ('e', 'd', 'r')
      AND ('pg_type'::regclass, types.oid) NOT IN (SELECT * FROM extension_members)
  LOOP
    EXECUTE format('ALTER %s OWNER TO ${to}', object);
  END LOOP;
END $$`;
}

/**
 * Functions that any role may call by default. With advisory locks, a reader could keep a start or
 * a leader waiting; large objects and messages in the log of changes fill the disk.
 */
export function restrictFunctions(allowed: string): string {
  return `DO $$
DECLARE routine record;
BEGIN
  FOR routine IN
    SELECT oid::regprocedure AS signature, proname ~ '_advisory_' AS advisory FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace
      AND proname ~ '^(lo_.*|loread|lowrite|pg_(try_)?advisory_.*|pg_logical_emit_message)$'
  LOOP
    EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine.signature);
    IF routine.advisory THEN
      EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO ${allowed}', routine.signature);
    END IF;
  END LOOP;
END $$`;
}
