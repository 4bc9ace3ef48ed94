import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { conversation, message } from '../test/inbox';
import { openConsole } from '../test/open';
import { json, serve } from '../test/server';
import { FakeSocket } from '../test/socket';
import { workspace } from '../test/spaces';
import type { Draft, DraftKind } from './drafting';
import { setUndoSeconds } from './undo';

beforeEach(() => {
  localStorage.clear();
  vi.spyOn(window, 'scrollTo').mockReturnValue();
});

const ALL: DraftKind[] = ['reply', 'summary', 'rephrase', 'shorter', 'translate'];
const CITATION = { n: 1, document: 'd1', title: 'Warranty', excerpt: 'The warranty lasts 24 months.', url: '/sources/acme/d1', page: null };

async function open(drafts: DraftKind[] = ALL) {
  const one = conversation('c1', { locale: 'pt-BR' });
  serve({
    ...workspace('agent'),
    'GET /api/conversations': () => json({ items: [one], next: null }),
    'GET /api/conversations/c1': () => json(one),
    'GET /api/conversations/c1/events': () => json({ items: [message(1), message(2)], next: null }),
    'GET /api/canned-replies': () => json({ items: [], next: null }),
  });
  await openConsole('/app/inbox/c1');
  const user = userEvent.setup();
  const field = await screen.findByLabelText<HTMLTextAreaElement>('Reply to the visitor');
  await waitFor(() => expect(FakeSocket.all).not.toHaveLength(0));
  FakeSocket.last.greets();
  await waitFor(() => expect(sent('watch')).toHaveLength(1));
  FakeSocket.last.says({ type: 'watching', conversation: 'c1', seq: 2, drafts });
  if (drafts.length > 0) await screen.findByRole('button', { name: 'Draft' });
  return { user, field };
}

const sent = (type: string) => FakeSocket.last.sent.filter((frame) => frame.type === type);
/** The draft that was asked for last. */
const asked = () => sent('draft').at(-1) as unknown as { id: string; kind: DraftKind; text?: string };

function delta(text: string) {
  FakeSocket.last.says({ type: 'draft.delta', conversation: 'c1', id: asked().id, n: 0, text });
}
function end(text: string, given: Partial<Draft> = {}) {
  const { id, kind } = asked();
  const draft: Draft = { id, kind, text, state: 'complete', citations: [], grounding: null, claims: [], model: 'm', ...given };
  FakeSocket.last.says({ type: 'draft.end', conversation: 'c1', ...draft });
}
async function choose(user: ReturnType<typeof userEvent.setup>, name: string) {
  await user.click(screen.getByRole('button', { name: 'Draft' }));
  await user.click(await screen.findByRole('menuitem', { name: new RegExp(`^${name}`) }));
}

describe('drafts where one answers', () => {
  beforeEach(() => setUndoSeconds(0));

  it('stream into the field, are changed there, and are named when they are sent', async () => {
    const { user, field } = await open();
    await choose(user, 'Draft a reply');
    expect(asked()).toEqual({ type: 'draft', conversation: 'c1', id: expect.any(String), kind: 'reply' });
    delta('The warranty ');
    await waitFor(() => expect(field).toHaveValue('The warranty '));
    expect(field).toHaveAttribute('readonly');
    await user.type(field, '{Enter}');
    expect(sent('say')).toEqual([]);

    const [first, second] = ['The warranty lasts 24 months.', ' Penguins too.'];
    const claims = [
      { start: 0, end: first.length, sources: [1], support: 0.9 },
      { start: first.length, end: first.length + second.length, sources: [], support: 0.1 },
    ];
    end(first + second, { citations: [CITATION], grounding: 0.6, claims });
    await waitFor(() => expect(field).toHaveValue(first + second));
    expect(await screen.findByRole('meter')).toHaveAttribute('aria-valuetext', '60% backed by sources');
    expect(screen.getByText('No source backs “Penguins too.”')).toBeVisible();
    expect(screen.getByText('1 source')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Add sources' }));
    expect(field).toHaveValue(`${first}${second}\n\nWarranty: ${location.origin}/sources/acme/d1`);

    const { id } = asked();
    await user.clear(field);
    await user.type(field, '24 months.{Enter}');
    expect(sent('say')).toMatchObject([{ text: '24 months.', draft: id }]);
    expect(screen.queryByRole('meter')).toBeNull();
    await user.type(field, 'Anything else?{Enter}');
    expect(sent('say').at(-1)).not.toHaveProperty('draft');
  });

  it('take the place of what was written, which comes back', async () => {
    const { user, field } = await open();
    await user.type(field, 'we look in to it');
    await choose(user, 'Translate');
    expect(asked()).toMatchObject({ kind: 'translate', text: 'we look in to it' });
    end('Vamos verificar.');
    await waitFor(() => expect(field).toHaveValue('Vamos verificar.'));
    const { id } = asked();
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(field).toHaveValue('we look in to it');
    expect(sent('draft.discard')).toMatchObject([{ conversation: 'c1', id }]);
    await user.type(field, '{Enter}');
    expect(sent('say').at(-1)).not.toHaveProperty('draft');
  });

  it('are discarded without what was written into them since', async () => {
    const { user, field } = await open();
    await choose(user, 'Draft a reply');
    end('24 months.', { citations: [CITATION] });
    await waitFor(() => expect(field).toHaveValue('24 months.'));
    await user.type(field, ' I have checked.');
    await user.click(await screen.findByRole('button', { name: 'Discard' }));
    expect(field).toHaveValue('24 months. I have checked.');
    expect(sent('draft.discard')).toMatchObject([{ conversation: 'c1', id: asked().id }]);
    expect(screen.queryByText('1 source')).toBeNull();
  });

  it('give way to the first words where a draft was drafted anew', async () => {
    const { user, field } = await open();
    await user.type(field, 'mine');
    await choose(user, 'Draft a reply');
    end('First.', { citations: [CITATION] });
    await waitFor(() => expect(field).toHaveValue('First.'));
    await user.click(await screen.findByRole('button', { name: 'Add sources' }));
    await choose(user, 'Shorter');
    end('Second.');
    await waitFor(() => expect(field).toHaveValue('Second.'));
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(field).toHaveValue('mine');
  });

  it('outlive the page with what is behind them, until they are discarded or sent', async () => {
    const again = async () => {
      cleanup();
      return open();
    };
    const first = await open();
    await first.user.type(first.field, 'mine');
    await choose(first.user, 'Draft a reply');
    const text = 'Penguins too.';
    end(text, { citations: [CITATION], grounding: 0.1, claims: [{ start: 0, end: text.length, sources: [], support: 0.1 }] });
    await waitFor(() => expect(first.field).toHaveValue(text));
    const { id } = asked();

    const second = await again();
    expect(second.field).toHaveValue(text);
    expect(await screen.findByText('No source backs “Penguins too.”')).toBeVisible();
    expect(screen.getByText('1 source')).toBeVisible();
    await second.user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(second.field).toHaveValue('mine');
    expect(sent('draft.discard')).toMatchObject([{ id }]);
    expect(Object.keys(localStorage).filter((key) => key.endsWith('.draft'))).toEqual([]);

    await choose(second.user, 'Draft a reply');
    end('Again.');
    await waitFor(() => expect(second.field).toHaveValue('Again.'));
    const { id: next } = asked();
    const third = await again();
    await third.user.type(third.field, '{Enter}');
    expect(sent('say')).toMatchObject([{ text: 'Again.', draft: next }]);
    expect(Object.keys(localStorage).filter((key) => key.endsWith('.draft'))).toEqual([]);
  });

  it('leave a note alone, and what is written as one meanwhile', async () => {
    const { user } = await open();
    const field = () => screen.getByRole('textbox', { name: /Note for the team|Reply to the visitor/ });
    await user.keyboard('n');
    await user.type(field(), 'For us{Escape}');
    await user.keyboard('d');
    expect(field()).toHaveAccessibleName('Reply to the visitor');
    delta('Dear');
    await waitFor(() => expect(field()).toHaveValue('Dear'));

    await user.click(screen.getByRole('tab', { name: 'Note' }));
    expect(field()).not.toHaveAttribute('readonly');
    await user.type(field(), ' only');
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect(sent('draft.stop')).toHaveLength(1);
    end('Dear Mia', { state: 'interrupted' });
    await waitFor(() => expect(screen.getByText('The draft is ready')).toBeInTheDocument());
    expect(field()).toHaveValue('For us only');
    await user.type(field(), '{Enter}');
    expect(sent('note')).toMatchObject([{ text: 'For us only' }]);
    expect(sent('note')[0]).not.toHaveProperty('draft');
    await user.type(field(), '{Enter}');
    expect(sent('say')).toEqual([]);
    await user.click(screen.getByRole('tab', { name: 'Reply' }));
    await user.type(field(), '{Enter}');
    expect(sent('say')).toMatchObject([{ text: 'Dear Mia', draft: asked().id }]);
  });

  it('are stopped with Escape, and keep what there is', async () => {
    const { user, field } = await open();
    await user.keyboard('d');
    delta('The war');
    await waitFor(() => expect(field).toHaveValue('The war'));
    expect(screen.getByText('A draft is being written')).toBeInTheDocument();
    await user.click(field);
    await user.keyboard('{Escape}');
    expect(sent('draft.stop')).toEqual([{ type: 'draft.stop', conversation: 'c1' }]);
    end('The war', { state: 'interrupted' });
    expect(await screen.findByText('Draft, not finished')).toBeVisible();
    expect(field).toHaveValue('The war');
    expect(field).not.toHaveAttribute('readonly');
    await user.click(screen.getByRole('button', { name: 'Discard' }));
    expect(field).toHaveValue('');
  });

  it('say why there is none, and lose nothing', async () => {
    const { user, field } = await open();
    await user.type(field, 'mine');
    await choose(user, 'Draft a reply');
    end('', { abstained: true });
    expect(await screen.findByRole('alert')).toHaveTextContent('Nothing in the documents answers this.');
    expect(field).toHaveValue('mine');
    await choose(user, 'Shorter');
    FakeSocket.last.says({ type: 'error', conversation: 'c1', client_id: asked().id, code: 'model_needed', detail: 'no model is set up' });
    expect(await screen.findByRole('alert')).toHaveTextContent('No model is set up.');
    expect(field).toHaveValue('mine');
    await choose(user, 'Rephrase');
    FakeSocket.last.says({ type: 'ready', user: 'u1', role: 'agent' });
    expect(await screen.findByRole('alert')).toHaveTextContent('The connection was lost');
    expect(field).toHaveValue('mine');
  });

  it('are refused only by what refuses them', async () => {
    const { user, field } = await open();
    await choose(user, 'Draft a reply');
    const says = (error: object) => act(() => FakeSocket.last.says({ type: 'error', code: 'invalid_request', detail: 'not this', ...error }));
    says({});
    says({ conversation: 'c2', client_id: asked().id });
    delta('Still');
    await waitFor(() => expect(field).toHaveValue('Still'));
    end('Still here.');
    await screen.findByRole('button', { name: 'Discard' });
    says({});
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('say that there is no connection until there is one, one types, or it is closed', async () => {
    const { user, field } = await open();
    const refused = async () => {
      FakeSocket.last.readyState = FakeSocket.CLOSED;
      await choose(user, 'Draft a reply');
      expect(await screen.findByRole('alert')).toHaveTextContent('There is no connection: try again in a moment.');
      FakeSocket.last.readyState = FakeSocket.OPEN;
    };
    const gone = () => waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    await refused();
    FakeSocket.last.says({ type: 'ready', user: 'u1', role: 'agent' });
    await gone();
    await refused();
    await user.type(field, 'm');
    await gone();
    await refused();
    await user.click(screen.getByRole('button', { name: 'Close' }));
    await gone();
    expect(field).toHaveValue('m');
  });

  it('sum up above the field, for a note', async () => {
    const { user, field } = await open();
    await choose(user, 'Summarise');
    delta('- Wants a refund');
    const panel = await screen.findByRole('region', { name: 'Summary' });
    await waitFor(() => expect(panel).toHaveTextContent('- Wants a refund'));
    expect(field).toHaveValue('');
    end('- Wants a refund.');
    const { id } = asked();
    await user.click(await within(panel).findByRole('button', { name: 'Add as note' }));
    expect(sent('note')).toMatchObject([{ text: '- Wants a refund.', draft: id }]);
    expect(screen.queryByRole('region', { name: 'Summary' })).toBeNull();
  });

  it('are only offered where there is a model for them', async () => {
    const { user, field } = await open(['reply', 'summary']);
    await user.type(field, 'mine');
    await user.click(screen.getByRole('button', { name: 'Draft' }));
    const items = await screen.findAllByRole('menuitem');
    expect(items.map(({ textContent }) => textContent)).toEqual([' Draft a replyD', ' Summarise']);
  });

  it('are not offered where nothing can be drafted', async () => {
    const { user } = await open([]);
    await user.keyboard('d');
    expect(screen.queryByRole('button', { name: 'Draft' })).toBeNull();
    expect(sent('draft')).toEqual([]);
  });
});
