import { isDeepStrictEqual } from 'node:util'
import { days, hours } from '../durations.ts'
import { changeTogether, outsideTransaction } from './change-together.ts'
import { type Database, openDatabase, type Tables } from './database.ts'
import { migrateDatabase } from './migrate.ts'
import { PAGE } from './pages.ts'
import { type Row, type Rows, rowsOf } from './rows.ts'

type Table = { name: string; keys: string[]; parents: string[] }

/** How many rows each table has. */
type Counts = Record<string, number>

/** Copies every row into a database without users, or none; the two are of different engines. */
export async function moveDatabase(from: string, to: string): Promise<Counts> {
  await migrateDatabase(from, { mustExist: true })
  await migrateDatabase(to)
  const [source, target] = await Promise.all([open(from), open(to)])
  return moveTables(source, target).finally(() => Promise.all([source.close(), target.close()]))
}

// A count of a large table takes its time.
function open(url: string): Promise<Database> {
  return openDatabase(url, { answerWithin: hours(1) })
}

async function moveTables(source: Database, target: Database): Promise<Counts> {
  const tables = await listTables(source.engine === 'sqlite' ? source : target)
  const timeout = days(1)
  const moveHeld = async (held: Tables) => {
    // Every page is read as the source is at this moment.
    if (source.engine === 'postgresql') {
      await held.$executeRaw`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`
    }
    const move = (filled: Tables) => moveTogether(tables, held, filled, target)
    return outsideTransaction(() => changeTogether(target, move, { timeout }))
  }
  return changeTogether(source, moveHeld, { timeout })
}

async function moveTogether(
  tables: Table[],
  source: Tables,
  target: Tables,
  { engine }: Database,
): Promise<Counts> {
  const counts: Counts = {}
  for (const table of tables) {
    const [from, to] = [rowsOf(source, table.name), rowsOf(target, table.name)]
    if ((await to.count()) > 0) throw new Error(`The target has rows already, in ${table.name}`)
    await copyRows(table, from, to)
    counts[table.name] = await to.count()
    if (counts[table.name] !== (await from.count())) throw new Error(describeLoss(table))
  }
  if (engine === 'postgresql') await continueNumbers(target)
  return counts
}

async function copyRows(table: Table, from: Rows, to: Rows): Promise<void> {
  const orderBy = table.keys.map((key) => ({ [key]: 'asc' }))
  let page = await from.findMany({ orderBy, take: PAGE })
  while (page.length > 0) {
    await to.createMany({ data: page })
    await assertSame(table, page, to)
    const where = { OR: startAfter(table.keys, page.at(-1) ?? {}) }
    page = page.length < PAGE ? [] : await from.findMany({ where, orderBy, take: PAGE })
  }
}

function startAfter(keys: string[], last: Row): Row[] {
  return keys.map((key, index) => ({
    ...pick(last, keys.slice(0, index)),
    [key]: { gt: last[key] },
  }))
}

async function assertSame(table: Table, page: Row[], to: Rows): Promise<void> {
  const copies = await to.findMany({ where: { OR: page.map((row) => pick(row, table.keys)) } })
  const nameOf = (row: Row) => JSON.stringify(pick(row, table.keys))
  const byName = new Map(copies.map((row) => [nameOf(row), row]))
  const isSame = page.every((row) => isDeepStrictEqual(byName.get(nameOf(row)), row))
  if (!isSame) throw new Error(describeLoss(table))
}

function describeLoss({ name }: Table): string {
  return `What was copied into ${name} is not what was read`
}

function pick(row: Row, keys: string[]): Row {
  return Object.fromEntries(keys.map((key) => [key, row[key]]))
}

// Of SQLite, which is one of the two: both have the same tables. Each comes after those that it refers to.
async function listTables(sqlite: Database): Promise<Table[]> {
  const rows = await sqlite.$queryRaw<Record<keyof Table, string>[]>`
    SELECT "name",
      (SELECT json_group_array("name") FROM pragma_table_info(t."name") WHERE "pk" > 0) AS "keys",
      (SELECT json_group_array("table") FROM pragma_foreign_key_list(t."name")) AS "parents"
    FROM "sqlite_master" AS t
    WHERE "type" = 'table' AND "name" NOT LIKE 'sqlite_%' AND "name" <> '_prisma_migrations'`
  const tables = rows.map(({ name, keys, parents }) => ({
    name,
    keys: JSON.parse(keys),
    parents: JSON.parse(parents),
  }))
  const ordered = new Set<Table>()
  const seen = new Set<Table>()
  const add = (table: Table) => {
    if (seen.has(table)) return
    seen.add(table)
    for (const other of tables) if (table.parents.includes(other.name)) add(other)
    ordered.add(table)
  }
  for (const table of tables) add(table)
  return [...ordered]
}

/** Columns that PostgreSQL numbers go on behind the last number that was copied. */
export async function continueNumbers(tables: Tables): Promise<void> {
  await tables.$executeRaw`
    DO $$ DECLARE c record; BEGIN
      FOR c IN SELECT table_name AS t, column_name AS n FROM information_schema.columns
        WHERE table_schema = current_schema() AND column_default LIKE 'nextval(%'
      LOOP
        EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), max(%I)) FROM %I',
          quote_ident(c.t), c.n, c.n, c.t);
      END LOOP;
    END $$`
}
