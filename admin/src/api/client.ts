import { createContext, use } from 'react';
import { call, type Call } from './http';
import { Problem } from './problem';

/** Where access tokens come from. */
export interface Tokens {
  /** One that is good now. */
  current(): Promise<string>;
  /** Another one than that which was just refused. */
  renewed(refused: string): Promise<string>;
}

/** The API for who is logged in: a refused token is renewed, once. */
export class Api {
  constructor(private readonly tokens: Tokens) {}

  /** `T` is what the protocol promises; it is not checked at run time. */
  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.send(path, { signal })) as T;
  }

  /** Answers what the protocol promises; `undefined` where nothing comes back. */
  async post<T = undefined>(path: string, body?: unknown): Promise<T> {
    return (await this.send(path, { method: 'POST', body })) as T;
  }

  async patch<T = undefined>(path: string, body: unknown): Promise<T> {
    return (await this.send(path, { method: 'PATCH', body })) as T;
  }

  async delete(path: string): Promise<void> {
    await this.send(path, { method: 'DELETE' });
  }

  private async send(path: string, request: Call): Promise<unknown> {
    const token = await this.tokens.current();
    try {
      return await call(path, { ...request, token });
    } catch (error) {
      // A wrong password is a 401 too, and no other token makes it right.
      if (!(error instanceof Problem) || error.code !== 'unauthenticated') throw error;
      return call(path, { ...request, token: await this.tokens.renewed(token) });
    }
  }
}

const ApiContext = createContext<Api | null>(null);
export const ApiProvider = ApiContext.Provider;

export function useApi(): Api {
  const api = use(ApiContext);
  if (!api) throw new Error('no ApiProvider above');
  return api;
}
