/** Reads the pages of the organizations that somebody looks at, and reads them again. */
import { EMPTY, loadedCount, nextToRead, withPage, type PagedList } from '../model/pages.ts';
import type { Client } from './client.ts';
import type { ListedOrganization, Organizations } from './rest.ts';

export interface OrganizationQuery {
  /** Part of the name. */
  readonly contains: string;
  readonly sort: 'size' | 'name';
  readonly split: boolean;
  readonly pinned: boolean;
  /** Only those that belong or sit there. */
  readonly server?: string | undefined;
}

/** Rows of a page that is looked at, and of one that lies on the way to what is. */
const PAGE = 200;
const LONG_PAGE = 1_000;

export class OrganizationReader {
  list: PagedList<ListedOrganization> = EMPTY;
  isFailing = false;
  private from = 0;
  private to = 50;
  private fresh = new Set<string | undefined>();
  private isReading = false;
  private isStopped = false;

  constructor(
    private readonly client: Client,
    private readonly query: OrganizationQuery,
    private readonly changed: () => void,
  ) {}

  /** These rows show. */
  show(from: number, to: number): void {
    this.from = from;
    this.to = Math.max(to, from + 1);
    void this.read();
  }

  /** Reads what shows anew. */
  refresh(): void {
    if (this.isReading) return;
    this.fresh = new Set();
    void this.read();
  }

  stop(): void {
    this.isStopped = true;
  }

  private async read(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      for (;;) {
        const next = nextToRead(this.list, this.from, this.to, this.fresh);
        if (next === undefined || this.isStopped) break;
        await this.readPage(next.cursor);
        if (this.isStopped) return;
        this.isFailing = false;
        this.changed();
      }
    } catch {
      this.isFailing = true;
      this.changed();
    } finally {
      this.isReading = false;
    }
  }

  private async readPage(cursor: string | undefined): Promise<void> {
    const { contains, sort, split, pinned, server } = this.query;
    const known = this.list.pages.find((page) => page.cursor === cursor);
    const isOnTheWay = loadedCount(this.list) + PAGE < this.from;
    // A page that is read again is as long as it was: the pages after it stay where they are.
    const limit = known?.items.length ?? (isOnTheWay ? LONG_PAGE : PAGE);
    const query = new URLSearchParams({
      limit: String(Math.max(limit, PAGE)),
      sort,
      ...(contains === '' ? {} : { contains }),
      ...(split ? { split: 'true' } : {}),
      ...(pinned ? { pinned: 'true' } : {}),
      ...(server === undefined ? {} : { server }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const { body } = await this.client.get<Organizations>(`v1/organizations?${query}`);
    const { organizations: items, next, total } = body;
    this.list = withPage(this.list, { cursor, items, next }, total);
    this.fresh.add(cursor);
  }
}
