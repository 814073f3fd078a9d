import type { Key } from '../i18n';
import { useWords } from '../i18n/words';

/** A value of a property in words, where there are any for it. */
export function Word({ of, value }: { of: Readonly<Record<string, Key>>; value: string }) {
	const { text } = useWords();
	const key = of[value];
	return <>{key === undefined ? value : text(key)}</>;
}
