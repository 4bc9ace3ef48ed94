import { lazy } from 'react';

const pages = () => import('./pages');

export const KeptElsewhere = lazy(async () => ({ default: (await pages()).KeptElsewhere }));
export const Organisations = lazy(async () => ({ default: (await pages()).Organisations }));
export const OutsideGuest = lazy(async () => ({ default: (await pages()).OutsideGuest }));
export const ProviderLoginPage = lazy(async () => ({ default: (await pages()).ProviderLoginPage }));
export const RefusedPage = lazy(async () => ({ default: (await pages()).RefusedPage }));
