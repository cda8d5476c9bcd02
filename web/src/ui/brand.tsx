export function Brand() {
  return (
    <span class="brand">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect x="2" y="4" width="28" height="24" rx="6" class="brand-board" />
        <path d="M9 12h14M9 17h14M9 22h8" class="brand-lines" />
        <circle cx="23" cy="22" r="2.2" class="brand-light" />
      </svg>
      callboard
    </span>
  );
}
