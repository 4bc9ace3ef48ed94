import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import { FakeSocket } from './socket';
import { Tab } from './tabs';

// A machine that builds beside it is slow.
configure({ asyncUtilTimeout: 10_000 });

beforeEach(() => {
  vi.stubGlobal('BroadcastChannel', Tab);
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
});
afterEach(() => {
  cleanup();
  Tab.closeAll();
  vi.unstubAllGlobals();
});

// jsdom has no window that is wide or narrow.
window.matchMedia ??= ((media: string) => ({ media, matches: false, addEventListener() {}, removeEventListener() {} })) as unknown as typeof window.matchMedia;

// jsdom has the element without its methods.
HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function close(this: HTMLDialogElement) {
  this.open = false;
};

// Nor has anything a size there, without which a list that shows what is in view shows nothing.
const size = { height: { get: () => 800 }, width: { get: () => 400 } };
Object.defineProperties(HTMLElement.prototype, { offsetHeight: size.height, offsetWidth: size.width });
Object.defineProperties(Element.prototype, { clientHeight: size.height, clientWidth: size.width });
