/** The mark; public/icon.svg is the same. */
export function Logo({ className = 'size-7' }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={`shrink-0 ${className}`} aria-hidden>
      <rect width="32" height="32" rx="9" fill="#2456e6" />
      <path
        fill="#fff"
        d="M11 7.5h10a4.5 4.5 0 0 1 4.5 4.5v5a4.5 4.5 0 0 1-4.5 4.5h-5.2L11 25.5v-4A4.5 4.5 0 0 1 6.5 17v-5A4.5 4.5 0 0 1 11 7.5z"
      />
      <path d="M11.5 12.75h9M11.5 16.25h5.5" stroke="#2456e6" strokeWidth="1.9" strokeLinecap="round" />
    </svg>
  );
}
