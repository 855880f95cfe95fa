import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";
import { isAway, told, unavailable } from "#errors.ts";
import type { GroupWriter } from "#sqlite/group-writer.ts";
import type { WriteAheadLog } from "#sqlite/write-ahead-log.ts";

/** Statements kept ready; `in (…)` of every length would otherwise pile up. */
const STATEMENTS_MOST = 400;

/** The statements of one connection, compiled once each. */
class Statements {
  readonly #db: Database;
  readonly #kept = new Map<string, Statement>();

  constructor(db: Database) {
    this.#db = db;
  }

  get(sql: string): Statement {
    const known = this.#kept.get(sql);
    if (known !== undefined) return known;
    const made = this.#db.prepare(sql);
    if (this.#kept.size >= STATEMENTS_MOST) {
      const [oldest] = this.#kept.keys();
      this.#kept.get(oldest as string)?.finalize();
      this.#kept.delete(oldest as string);
    }
    this.#kept.set(sql, made);
    return made;
  }

  own(sql: string): Statement {
    return this.#db.prepare(sql);
  }

  clear(): void {
    for (const statement of this.#kept.values()) statement.finalize();
    this.#kept.clear();
  }
}

export interface SqliteFiles {
  /** Reads alone, so that a read never sees what is half written. */
  readonly reader: Database;
  readonly writer: Database;
  readonly group: GroupWriter;
  readonly log: WriteAheadLog;
}

/** Kysely's driver over bun:sqlite: reads go to one connection, transactions take turns on another. */
export class SqliteDriver implements Driver {
  readonly #files: SqliteFiles;
  readonly #reads: Statements;
  readonly #writes: Statements;

  constructor(files: SqliteFiles) {
    this.#files = files;
    this.#reads = new Statements(files.reader);
    this.#writes = new Statements(files.writer);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new SqliteConnection(this.#files.group, this.#reads, this.#writes);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as SqliteConnection).begin();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as SqliteConnection).commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).rollback();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#files.group.flush();
    this.#files.log.close();
    this.#reads.clear();
    this.#writes.clear();
    this.#files.reader.close();
    this.#files.writer.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #group: GroupWriter;
  readonly #reads: Statements;
  readonly #writes: Statements;
  #inTransaction = false;

  constructor(group: GroupWriter, reads: Statements, writes: Statements) {
    this.#group = group;
    this.#reads = reads;
    this.#writes = writes;
  }

  async begin(): Promise<void> {
    await told(this.#group.begin());
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    this.#inTransaction = false;
    await told(this.#group.commit());
  }

  rollback(): void {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    this.#group.rollback();
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#inTransaction) return run(this.#writes, query);
    if (isRead(query)) return run(this.#reads, query);
    await told(this.#group.begin());
    let result: QueryResult<R>;
    try {
      result = run(this.#writes, query);
    } catch (error) {
      this.#group.rollback();
      throw error;
    }
    await told(this.#group.commit());
    return result;
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    // A statement of its own: one that is being stepped through can't be run by another.
    const statement = (this.#inTransaction ? this.#writes : this.#reads).own(query.sql);
    try {
      for (const row of statement.iterate(...bindings(query))) yield { rows: [row as R] };
    } finally {
      statement.finalize();
    }
  }
}

const READ = /^\s*(?:select|pragma|explain)\b/i;

function isRead({ query, sql }: CompiledQuery): boolean {
  return query.kind === "SelectQueryNode" || (query.kind === "RawNode" && READ.test(sql));
}

function run<R>(statements: Statements, query: CompiledQuery): QueryResult<R> {
  try {
    return ran(statements.get(query.sql), query);
  } catch (error) {
    throw isAway(error) ? unavailable(error) : error;
  }
}

function ran<R>(statement: Statement, query: CompiledQuery): QueryResult<R> {
  const { query: node } = query;
  const returns = node.kind === "SelectQueryNode" || node.kind === "RawNode" || "returning" in node;
  if (returns) return { rows: statement.all(...bindings(query)) as R[] };
  const { changes, lastInsertRowid } = statement.run(...bindings(query));
  return {
    rows: [],
    numAffectedRows: BigInt(changes),
    insertId: BigInt(lastInsertRowid),
  };
}

function bindings({ parameters }: CompiledQuery): SQLQueryBindings[] {
  return parameters as SQLQueryBindings[];
}
