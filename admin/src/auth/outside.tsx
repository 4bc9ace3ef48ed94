import { lazy, type ReactNode } from 'react';
import { ProviderLoginPage } from './provider/lazy';
import type { Provider } from './provider/provider';
import { page, toFront } from './place';

const pages = () => import('./pages');
const ForgotPage = lazy(async () => ({ default: (await pages()).ForgotPage }));
const InvitationPage = lazy(async () => ({ default: (await pages()).InvitationPage }));
const LoginPage = lazy(async () => ({ default: (await pages()).LoginPage }));
const ResetPage = lazy(async () => ({ default: (await pages()).ResetPage }));
const SignUpPage = lazy(async () => ({ default: (await pages()).SignUpPage }));
const VerifyPage = lazy(async () => ({ default: (await pages()).VerifyPage }));

/** Pages that links in mails lead to, whoever is logged in. */
export function mailedPage(): ReactNode {
  switch (page()) {
    case 'reset-password':
      return <ResetPage />;
    case 'verify-email':
      return <VerifyPage />;
    case 'accept-invitation':
      return <InvitationPage />;
    default:
      return null;
  }
}

/** What somebody sees who is not logged in. */
export function OutsidePage({ ended, provider }: { ended: boolean; provider: Provider | null }) {
  if (provider) return <ProviderLoginPage provider={provider} ended={ended} />;
  switch (page()) {
    case 'signup':
      return <SignUpPage />;
    case 'forgot-password':
      return <ForgotPage />;
    default:
      return <LoginPage ended={ended} />;
  }
}

/** Who is logged in has left these pages: the console begins at its front. */
export function leaveOutside(): void {
  if (page() === 'signup' || page() === 'forgot-password') toFront();
}
