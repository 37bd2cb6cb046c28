// Read by Prisma's command line in this clone, for the commands that call a database.
const { DATABASE_URL: url } = process.env;

export default {
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  ...(url && { datasource: { url } }),
};
