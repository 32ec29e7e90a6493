// The rows of one table as this tab knows them. The newer version of a row stays, whatever comes
// later: answers overtake each other, and a status that was pushed may be newer than any answer.
import type { AnyRow, GenerationStatus } from '../api/tables';
import { Keyed } from './keyed';

interface Pushed {
  status: GenerationStatus;
  /** Version of the row when the status came, and when that was. */
  version: number;
  at: number;
}

export class RowStore<Row extends AnyRow = AnyRow> extends Keyed<Row> {
  private readonly pushed = new Map<string, Pushed>();

  /** Takes rows of an answer to a request that was sent at `asked` (`performance.now()`). */
  put(rows: Row[], asked: number): void {
    for (const row of rows) {
      const known = this.get(row.id);
      if (known && known.version > row.version) continue;
      this.set(row.id, this.withPushed(row, asked, known));
    }
  }

  /** A change of status was pushed. Returns which of the rows are known here. */
  push(ids: string[], status: GenerationStatus, now = performance.now()): string[] {
    const known = ids.filter((id) => this.has(id));
    for (const id of known) {
      const row = this.get(id) as Row;
      this.pushed.set(id, { status, version: row.version, at: now });
      if (row.generation_status !== status) this.set(id, { ...row, generation_status: status });
    }
    return known;
  }

  /** Statuses pushed before then say nothing any more: what comes now is read anew. */
  forgetPushed(before = performance.now()): void {
    for (const [id, push] of this.pushed) if (push.at < before) this.pushed.delete(id);
  }

  override delete(id: string): void {
    this.pushed.delete(id);
    super.delete(id);
  }

  /** The row with the pushed status, unless the answer knows more than the push did. */
  private withPushed(row: Row, asked: number, known: Row | undefined): Row {
    const push = this.pushed.get(row.id);
    if (!push) return known && same(known, row) ? known : row;
    if (asked > push.at && row.version > push.version && !isBehind(row, push)) {
      this.pushed.delete(row.id);
      return row;
    }
    return { ...row, generation_status: push.status };
  }
}

/** An item is told to be at work a moment before its record says so; until then it waits there. */
function isBehind(row: AnyRow, { status }: Pushed): boolean {
  const waits = row.generation_status === 'queued' || row.generation_status === 'pending';
  return status === 'processing' && waits;
}

function same(one: AnyRow, other: AnyRow): boolean {
  return one.version === other.version && JSON.stringify(one) === JSON.stringify(other);
}
