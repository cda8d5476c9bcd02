import { useState } from 'preact/hooks';

export interface Submission {
  busy: boolean;
  error: unknown;
  /** Runs `work` unless it is running; keeps its error for the form to show. Answers whether it went well. */
  submit: (work: () => Promise<void>) => Promise<boolean>;
  clear: () => void;
}

/** State of a form's sending. */
export function useSubmit(): Submission {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (work: () => Promise<void>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, submit, clear: () => setError(null) };
}
