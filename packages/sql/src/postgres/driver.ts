import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import { told } from "#errors.ts";

/** A connection of kysely's own, whose failures are told apart. */
class Connection implements DatabaseConnection {
  readonly own: DatabaseConnection;

  constructor(own: DatabaseConnection) {
    this.own = own;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return told(this.own.executeQuery<R>(query));
  }

  streamQuery<R>(query: CompiledQuery, size: number): AsyncIterableIterator<QueryResult<R>> {
    return this.own.streamQuery<R>(query, size);
  }
}

/** Kysely's driver, but a server that is away is `sql.unavailable`: people are told to come again. */
class ToldDriver implements Driver {
  readonly #own: Driver;

  constructor(own: Driver) {
    this.#own = own;
  }

  init(): Promise<void> {
    return this.#own.init();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new Connection(await told(this.#own.acquireConnection()));
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return told(this.#own.beginTransaction(ownOf(connection), settings));
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return told(this.#own.commitTransaction(ownOf(connection)));
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return told(this.#own.rollbackTransaction(ownOf(connection)));
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#own.releaseConnection(ownOf(connection));
  }

  destroy(): Promise<void> {
    return this.#own.destroy();
  }
}

function ownOf(connection: DatabaseConnection): DatabaseConnection {
  return connection instanceof Connection ? connection.own : connection;
}

export class ToldDialect extends PostgresDialect {
  override createDriver(): Driver {
    return new ToldDriver(super.createDriver());
  }
}
