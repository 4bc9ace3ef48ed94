import { AuthLayout } from '../AuthLayout';
import { Ended } from '../Ended';
import { page } from '../place';
import { ClerkLogin } from './ClerkLogin';
import type { Provider } from './provider';
import { SupabaseLogin } from './SupabaseLogin';

export type Purpose = 'log-in' | 'sign-up' | 'forgot';

const TITLES = { 'log-in': 'Log in to the console', 'sign-up': 'Create an account', forgot: 'Forgot your password?' };

/** Shown at any address while nobody is logged in and an identity provider keeps the accounts; the address stays. */
export function ProviderLoginPage({ provider, ended }: { provider: Provider; ended: boolean }) {
  const purpose = purposeHere();
  return (
    <AuthLayout title={TITLES[purpose]} lead={`${provider.name} keeps the accounts of this console.`}>
      {ended && <Ended />}
      <ProviderLogin provider={provider} purpose={purpose} />
    </AuthLayout>
  );
}

function purposeHere(): Purpose {
  switch (page()) {
    case 'signup':
      return 'sign-up';
    case 'forgot-password':
      return 'forgot';
    default:
      return 'log-in';
  }
}

/** What the provider has to log in with. `email` is the address that is wanted, where one is. */
export function ProviderLogin({ provider, purpose, email }: { provider: Provider; purpose: Purpose; email?: string }) {
  return provider.kind === 'clerk' ? (
    <ClerkLogin clerk={provider} purpose={purpose} />
  ) : (
    <SupabaseLogin supabase={provider} purpose={purpose} {...(email ? { email } : {})} />
  );
}
