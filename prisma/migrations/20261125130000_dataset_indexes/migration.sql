-- Each submit asks for the next version of a name, and each look of the scheduler for the lookups that are open.
CREATE INDEX datasets_finder_name_version_idx ON datasets (finder, name, version);
CREATE INDEX datasets_open_idx ON datasets (id) WHERE outcome IS NULL;
