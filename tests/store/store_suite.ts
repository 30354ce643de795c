// What every store of logins does, whichever it is.
// Rule: the store is the program's own, on a real disk and a real server; only its clock is the test's.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { Secret } from "../../src/base/secret.ts";
import type { LoginStore } from "../../src/store/locking.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { sameTokenSet } from "../../src/oauth/token_sets.ts";
import { START } from "../support/fake_system.ts";
import { LOGIN, STALE } from "../support/logins.ts";

/** A store that is used from several computers, or from several processes of one. */
export interface Stores extends AsyncDisposable {
  /** The store as one of them sees it. */
  at(computer: number): Promise<LoginStore>;
}

/** A store that computers share. */
export interface SharedStores extends Stores {
  /** Copies the first computer, as a container of the same image is one; the copy has its place, names and files. */
  copy(): Promise<LoginStore>;
}

/** A login whose tokens have a number in them. */
export function numberedTokenSet(number: number, expiresAt = LOGIN.expiresAt): TokenSet {
  return {
    ...LOGIN,
    accessToken: new Secret(`access-${number}`),
    refreshToken: new Secret(`refresh-${number}`),
    expiresAt,
  };
}

async function save(store: LoginStore, tokenSet: TokenSet, profile = "default"): Promise<void> {
  await using login = await store.lock(profile);
  await login.prepare();
  await login.save(tokenSet);
}

/** The tests of one kind of store; `open` makes an empty one. */
export function testStore(kind: string, open: () => Promise<Stores>, ignore = false): void {
  const test = (name: string, fn: (stores: Stores) => Promise<void>): void => {
    Deno.test({
      name: `${kind}: ${name}`,
      ignore,
      fn: async () => {
        await using stores = await open();
        await fn(stores);
      },
    });
  };

  test("a profile without a login has none, and its lock can be taken", async (stores) => {
    const store = await stores.at(0);
    assertEquals(await store.load("default"), undefined);
    assertEquals(await store.names(), []);
    await using login = await store.lock("default");
    assertEquals(await login.load(), undefined);
  });

  test("what one computer saves, another one loads", async (stores) => {
    const [one, other] = [await stores.at(0), await stores.at(1)];
    await save(one, numberedTokenSet(1));
    const loaded = await other.load("default");
    assert(loaded !== undefined && sameTokenSet(loaded, numberedTokenSet(1)));
    assertEquals(loaded.expiresAt, LOGIN.expiresAt);
    assertEquals(await other.names(), ["default"]);
  });

  test("the lock gives the whole login, with its refresh token and its client secret", async (stores) => {
    await save(await stores.at(0), numberedTokenSet(1));
    await using login = await (await stores.at(1)).lock("default");
    const loaded = await login.load();
    assert(loaded !== undefined && sameTokenSet(loaded, numberedTokenSet(1)));
    assert(loaded.clientSecret?.equals(LOGIN.clientSecret));
  });

  test("one waits until the other has given the lock back, and then sees what it saved", async (stores) => {
    const [one, other] = [await stores.at(0), await stores.at(1)];
    await save(one, numberedTokenSet(1));
    const order: string[] = [];
    const first = await one.lock("default");
    await first.load();
    const second = (async () => {
      await using login = await other.lock("default");
      const loaded = await login.load();
      order.push("the other has it");
      return loaded;
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await first.prepare();
    order.push("the first saves");
    await first.save(numberedTokenSet(2));
    await first[Symbol.asyncDispose]();
    assert(sameTokenSet(await second, numberedTokenSet(2)));
    assertEquals(order, ["the first saves", "the other has it"]);
  });

  test("a lock that was prepared and given back without a save changes nothing", async (stores) => {
    const [one, other] = [await stores.at(0), await stores.at(1)];
    await save(one, numberedTokenSet(1));
    {
      await using login = await one.lock("default");
      await login.load();
      await login.prepare();
    }
    const began = performance.now();
    await using login = await other.lock("default");
    assert(sameTokenSet(await login.load(), numberedTokenSet(1)));
    assert(performance.now() - began < 4_000, "no process waits for an attempt that has ended");
  });

  test("profiles keep out of each other's way", async (stores) => {
    const [one, other] = [await stores.at(0), await stores.at(1)];
    await save(one, numberedTokenSet(1));
    await using held = await one.lock("default");
    await held.load();
    await save(other, numberedTokenSet(7), "eu");
    assertEquals(await one.names(), ["default", "eu"]);
    assert(sameTokenSet(await one.load("eu"), numberedTokenSet(7)));
  });

  test("a login that is removed is gone for all, and can be saved again", async (stores) => {
    const [one, other] = [await stores.at(0), await stores.at(1)];
    await save(one, { ...STALE });
    {
      await using login = await other.lock("default");
      await login.remove();
    }
    assertEquals(await one.load("default"), undefined);
    assertEquals(await one.names(), []);
    await save(one, numberedTokenSet(2));
    assert(sameTokenSet(await other.load("default"), numberedTokenSet(2)));
  });

  test("a login that ended keeps why", async (stores) => {
    const [one, other] = [await stores.at(0), await stores.at(1)];
    await save(one, { ...STALE, endedBy: "invalid_grant" });
    assertEquals((await other.load("default"))?.endedBy, "invalid_grant");
  });

  test("ten that change a login one after the other lose none of the changes", async (stores) => {
    await save(await stores.at(0), { ...numberedTokenSet(0, START - 60_000), scope: "0" });
    await Promise.all(Array.from({ length: 10 }, async (_, index) => {
      await using login = await (await stores.at(index % 2)).lock("default");
      const present = await login.load();
      assert(present !== undefined);
      await login.prepare();
      await login.save({ ...present, scope: `${Number(present.scope) + 1}` });
    }));
    await using login = await (await stores.at(0)).lock("default");
    assertEquals((await login.load())?.scope, "10");
  });

  test("what throws under the lock gives it back", async (stores) => {
    const [one, other] = [await stores.at(0), await stores.at(1)];
    await save(one, numberedTokenSet(1));
    await assertRejects(async () => {
      await using login = await one.lock("default");
      await login.load();
      throw new CliError("unavailable", "The server did not answer");
    }, CliError);
    await using login = await other.lock("default");
    assert(sameTokenSet(await login.load(), numberedTokenSet(1)));
  });
}

/** The tests of a store that computers share. */
export function testCopies(kind: string, open: () => Promise<SharedStores>, ignore = false): void {
  Deno.test({
    name: `${kind}: a copy of a computer waits for the original`,
    ignore,
    fn: async () => {
      await using stores = await open();
      const original = await stores.at(0);
      await save(original, numberedTokenSet(1));
      const order: string[] = [];
      const first = await original.lock("default");
      await first.load();
      const copy = await stores.copy();
      const second = (async () => {
        await using login = await copy.lock("default");
        const loaded = await login.load();
        order.push("the copy has it");
        return loaded;
      })();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      order.push("the original saves");
      await first.save(numberedTokenSet(2));
      await first[Symbol.asyncDispose]();
      assert(sameTokenSet(await second, numberedTokenSet(2)));
      assertEquals(order, ["the original saves", "the copy has it"]);
    },
  });
}
