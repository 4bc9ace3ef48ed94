import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { conversation, message } from '../test/inbox';
import { openConsole } from '../test/open';
import { json, serve } from '../test/server';
import { FakeSocket } from '../test/socket';
import { workspace } from '../test/spaces';
import { FakeRequest } from '../test/upload';
import type { Attachment } from './api';
import { setUndoSeconds } from './undo';

const PHOTO: Attachment = { id: 'a1', name: 'photo.png', type: 'image/png', size: 2_048, width: 640, height: 480, url: '/api/attachments/a1?signature=x' };
const TERMS: Attachment = { id: 'a2', name: 'terms.pdf', type: 'application/pdf', size: 120_000, url: '/api/attachments/a2?signature=x' };

beforeEach(() => {
  localStorage.clear();
  setUndoSeconds(0);
  FakeRequest.all = [];
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
  vi.spyOn(window, 'scrollTo').mockReturnValue();
  return () => vi.unstubAllGlobals();
});

async function open(events: unknown[] = [message(1)]) {
  const one = conversation('c1', { name: 'Mia' });
  serve({
    ...workspace('agent'),
    'GET /api/conversations': () => json({ items: [one], next: null }),
    'GET /api/conversations/c1': () => json(one),
    'GET /api/conversations/c1/events': () => json({ items: events, next: null }),
    'GET /api/canned-replies': () => json({ items: [], next: null }),
  });
  await openConsole('/app/inbox/c1');
  const user = userEvent.setup();
  const field = await screen.findByLabelText<HTMLTextAreaElement>('Reply to the visitor');
  await waitFor(() => expect(FakeSocket.all).not.toHaveLength(0));
  FakeSocket.last.greets();
  await waitFor(() => expect(FakeSocket.last.sent.some(({ type }) => type === 'watch')).toBe(true));
  const said = (kind = 'say') => FakeSocket.last.sent.filter(({ type }) => type === kind);
  const choose = (...files: File[]) => user.upload(screen.getByLabelText('Files to attach'), files);
  return { user, field, said, choose };
}

const file = (name: string, type: string) => new File(['x'], name, { type });

describe('files where one answers', () => {
  it('are uploaded at once and sent without a word', async () => {
    const { user, said, choose } = await open();
    expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled();
    await choose(file('photo.png', 'image/png'));
    await waitFor(() => expect(FakeRequest.all).toHaveLength(1));
    expect(FakeRequest.last.path).toBe('/api/conversations/c1/attachments');
    FakeRequest.last.goes(1, 4);
    await waitFor(() => expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25'));
    expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled();
    FakeRequest.last.answers(201, PHOTO);
    await waitFor(() => expect(screen.getByRole('button', { name: 'Send' })).toBeEnabled());
    await user.click(screen.getByRole('button', { name: 'Send' }));
    expect(said()).toMatchObject([{ text: '', attachments: ['a1'] }]);
    expect(screen.queryByRole('button', { name: 'Remove photo.png' })).toBeNull();
    FakeSocket.last.says({ type: 'error', conversation: 'c1', client_id: said()[0]?.client_id, code: 'held', detail: 'somebody has it' });
    await user.click(await screen.findByRole('button', { name: 'Edit' }));
    expect(await screen.findByRole('button', { name: 'Remove photo.png' })).toBeVisible();
  });

  it('outlive the page once they are uploaded, each with what it was attached to', async () => {
    const hours = (ago: number) => Date.now() - ago * 3_600_000;
    localStorage.setItem('parlance.typed.u1.c1.note.files', JSON.stringify([{ ...TERMS, at: hours(23) }, { ...PHOTO, at: hours(25) }]));
    const { user, said } = await open();
    expect(screen.queryByText('terms.pdf')).toBeNull();
    await user.click(screen.getByRole('tab', { name: 'Note' }));
    expect(await screen.findByText('terms.pdf')).toBeVisible();
    expect(screen.queryByText('photo.png')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Write the note' }));
    expect(said('note')).toMatchObject([{ attachments: ['a2'] }]);
    expect(localStorage.getItem('parlance.typed.u1.c1.note.files')).toBeNull();
  });

  it('are taken back as gone where the server has them no more', async () => {
    const { user, field, said, choose } = await open();
    await choose(file('photo.png', 'image/png'));
    await waitFor(() => expect(FakeRequest.all).toHaveLength(1));
    FakeRequest.last.answers(201, PHOTO);
    await user.type(field, 'See this');
    await user.click(screen.getByRole('button', { name: 'Send' }));
    FakeSocket.last.says({ type: 'error', conversation: 'c1', client_id: said()[0]?.client_id, code: 'attachment_unknown', detail: 'a file is not there' });
    const edit = await screen.findByRole('button', { name: 'Edit' });
    expect(screen.queryByRole('button', { name: 'Send it all the same' })).toBeNull();
    await user.click(edit);
    expect(await screen.findByText('The server has it no more: attach it again.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Send' }));
    expect(said()[1]).toMatchObject({ text: 'See this' });
    expect(said()[1]).not.toHaveProperty('attachments');
  });

  it('say why they were refused, and are tried again or left out', async () => {
    const { user, field, said, choose } = await open();
    await choose(file('notes.txt', 'text/plain'));
    await waitFor(() => expect(FakeRequest.all).toHaveLength(1));
    FakeRequest.last.answers(503, { code: 'busy', title: 'Busy', detail: 'files cannot be checked for malware right now' });
    expect(await screen.findByText(/cannot be checked for malware/)).toBeVisible();
    await user.type(field, 'Hello');
    await user.keyboard('{Enter}');
    expect(said()).toMatchObject([{ text: 'Hello' }]);
    expect(said()[0]).not.toHaveProperty('attachments');
    await user.click(screen.getByRole('button', { name: 'Try notes.txt again' }));
    await waitFor(() => expect(FakeRequest.all).toHaveLength(2));
    await user.click(screen.getByRole('button', { name: 'Remove notes.txt' }));
    expect(FakeRequest.last.aborted).toBe(true);
    expect(screen.queryByText('notes.txt')).toBeNull();
  });

  it('are pasted as images, and text that was copied stays text', async () => {
    const { user, field } = await open();
    field.focus();
    fireEvent.paste(field, { clipboardData: { files: [file('image.png', 'image/png')], types: ['Files'], getData: () => '' } });
    await waitFor(() => expect(FakeRequest.all).toHaveLength(1));
    await user.paste('words');
    expect(field).toHaveValue('words');
    expect(FakeRequest.all).toHaveLength(1);
  });
});

describe('files in a transcript', () => {
  it('are images with their space kept, which open large, and others to save', async () => {
    const { user } = await open([message(1, { text: '', attachments: [PHOTO, TERMS] })]);
    const image = await screen.findByRole('img', { name: 'photo.png' });
    expect(image).toHaveAttribute('src', PHOTO.url);
    expect(image.style.aspectRatio).toBe('640 / 480');
    expect(screen.queryByText('No text')).toBeNull();
    const link = screen.getByRole('link', { name: /terms\.pdf/ });
    expect(link).toHaveAttribute('href', TERMS.url);
    expect(link).toHaveTextContent('120 KB');
    await user.click(screen.getByRole('button', { name: 'Open photo.png' }));
    expect(await screen.findByRole('dialog', { name: 'photo.png' })).toBeInTheDocument();
  });
});
