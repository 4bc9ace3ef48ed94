import { createContext, use } from 'react';
import { ask, call, type Call } from './http';
import { Problem } from './problem';
import { upload, type Upload } from './upload';

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
  async post<T = undefined>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    return (await this.send(path, { method: 'POST', body, signal })) as T;
  }

  async patch<T = undefined>(path: string, body: unknown): Promise<T> {
    return (await this.send(path, { method: 'PATCH', body })) as T;
  }

  async put<T = undefined>(path: string, body: unknown): Promise<T> {
    return (await this.send(path, { method: 'PUT', body })) as T;
  }

  async delete(path: string): Promise<void> {
    await this.send(path, { method: 'DELETE' });
  }

  /** What is not JSON, as it comes. */
  async text(path: string, accept: string): Promise<string> {
    return this.authorised((token) => ask(path, { accept, token }).then((response) => response.text()));
  }

  /** A file. */
  async file(path: string): Promise<Blob> {
    return this.authorised((token) => ask(path, { token }).then((response) => response.blob()));
  }

  /** A form with a file in it, whose progress is told. */
  async upload<T>(path: string, form: FormData, how: Omit<Upload, 'token'>): Promise<T> {
    return (await this.authorised((token) => upload(path, form, { ...how, token }))) as T;
  }

  private send(path: string, request: Call): Promise<unknown> {
    return this.authorised((token) => call(path, { ...request, token }));
  }

  private async authorised<T>(send: (token: string) => Promise<T>): Promise<T> {
    const token = await this.tokens.current();
    try {
      return await send(token);
    } catch (error) {
      // A wrong password is a 401 too, and no other token makes it right.
      if (!(error instanceof Problem) || error.code !== 'unauthenticated') throw error;
      return send(await this.tokens.renewed(token));
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
