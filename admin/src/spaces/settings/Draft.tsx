import { useMutation, useQuery, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useApi } from '../../api/client';
import { faultOf, Problem } from '../../api/problem';
import { keepSpace, useSpace, type Space } from '../api';
import type { WidgetConfig } from './config';
import { changeOf, edited, since, valueAt, type Edits } from './draft';

/** How long after the last key the server is asked what it thinks of it. */
const PAUSE_MS = 300;
const RENEWED_MS = 60_000;
const COLOUR = /^#[0-9a-f]{6}$/i;

interface Draft {
  edits: Edits;
  put: (path: string, value: unknown) => void;
  discard: () => void;
  save: UseMutationResult<Space, Error, string>;
  /** Somebody saved while this was being changed: the versions before and after. */
  overtaken: { from: number; to: number } | null;
  fault: (path: string) => string | undefined;
  /** The colour that is written; while that is none, the last that was. */
  colour: string;
  /** What the widget would show. */
  config: WidgetConfig | undefined;
  /** Why that is not known. */
  unseen: Error | null;
}

const DraftContext = createContext<Draft | null>(null);

/** Holds what was changed and is not saved, over all pages of the settings. What nobody has touched is as the server last told it. */
export function DraftProvider({ children }: { children: ReactNode }) {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  const [edits, setEdits] = useState<Edits>({});
  const [begun, setBegun] = useState(space.version);
  const [overtaken, setOvertaken] = useState<Draft['overtaken']>(null);
  const path = `/api/chat-spaces/${space.id}`;

  const save = useMutation({
    mutationFn: (note: string) => api.patch<Space>(path, { ...changeOf(edits), version: begun, ...(note.trim() && { note: note.trim() }) }),
    onMutate: () => ({ sent: edits }),
    onSuccess: (saved, _, { sent }) => {
      keepSpace(queries, saved);
      setEdits((now) => since(now, sent));
      setBegun(saved.version);
      setOvertaken(null);
      void queries.invalidateQueries({ queryKey: ['versions', space.id] });
    },
    onError: async (error) => {
      if (!(error instanceof Problem) || error.code !== 'version_changed') return;
      const now = await api.get<Space>(path);
      keepSpace(queries, now);
      setOvertaken({ from: begun, to: now.version });
      setBegun(now.version);
    },
  });

  const preview = usePreview(space, edits);
  const written = String(edits['settings.color'] ?? valueAt(space, 'settings.color'));
  const [colour, setColour] = useState(written);
  if (written !== colour && COLOUR.test(written)) setColour(written);
  const put = (field: string, value: unknown) => {
    if (Object.keys(edits).length === 0) setBegun(space.version);
    setEdits(edited(edits, space, field, value));
    // What was said of the last try is of no use for the next; that somebody was first is.
    if (save.isError) save.reset();
  };
  const discard = () => {
    setEdits({});
    setOvertaken(null);
    save.reset();
  };
  const touched = (field: string) => Object.keys(edits).some((path) => field === path || field.startsWith(`${path}.`));
  const fault = (field: string) => faultOf(save.error, field) ?? (touched(field) ? faultOf(preview.error, field) : undefined);
  return <DraftContext value={{ edits, put, discard, save, overtaken, fault, colour, config: preview.config, unseen: preview.error && !preview.config ? preview.error : null }}>{children}</DraftContext>;
}

interface Seen {
  /** As it was when all settings could be taken. */
  config: WidgetConfig | undefined;
  /** Why those of now cannot. */
  error: Error | null;
}

/** Asks the server what the widget would show, and what of the settings it would not take. What it said last stands until it has said something new. */
function usePreview(space: Space, edits: Edits): Seen {
  const api = useApi();
  const wanted = useMemo(() => changeOf(edits).settings ?? {}, [edits]);
  const settings = useSettled(wanted);
  const [seen, setSeen] = useState<Seen>({ config: undefined, error: null });
  const { data, error } = useQuery({
    queryKey: ['preview', space.id, space.version, settings],
    queryFn: ({ signal }) => api.post<{ config: WidgetConfig }>(`/api/chat-spaces/${space.id}/preview`, { settings }, signal),
    staleTime: Infinity,
    // What may be expected of people changes by itself.
    refetchInterval: RENEWED_MS,
    gcTime: 60_000,
  });
  const now = { config: data?.config ?? seen.config, error: data || error ? error : seen.error };
  if (now.config !== seen.config || now.error !== seen.error) setSeen(now);
  return now;
}

/** The value, once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

export function useDraft(): Draft {
  const draft = use(DraftContext);
  if (!draft) throw new Error('no DraftProvider above');
  return draft;
}

/** A setting by its path: as it is to be, and how to change that. `T` is what the API has there. */
export function useField<T>(path: string): { value: T; change: (value: T) => void; fault: string | undefined } {
  const [space, { edits, put, fault }] = [useSpace(), useDraft()];
  const value = (path in edits ? edits[path] : valueAt(space, path)) as T;
  return { value, change: (next) => put(path, next), fault: fault(path) };
}
