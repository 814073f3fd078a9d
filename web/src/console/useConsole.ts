/** React's side of a console: opened in an element, ended with it. */
import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react';
import { base } from '../app/base';
import { useConnectionState } from '../live/hooks';
import { Keeper, type State } from './keeper';
import type { Attach, Protocol } from './viewer';

const load: Record<Protocol, () => Promise<{ attach: Attach }>> = {
	rfb: () => import('./rfb'),
	vt100: () => import('./terminal'),
};

const CONNECTING: State = { is: 'connecting' };
const never = () => () => undefined;

interface Wanted {
	id: string;
	protocol: Protocol;
	/** Anything that says, by changing, that there may be a console where there was none. */
	hint: string;
	onCopied: (text: string) => void;
}

export function useConsole(
	target: RefObject<HTMLElement | null>,
	{ id, protocol, hint, onCopied }: Wanted,
): { state: State; keeper: Keeper | undefined } {
	const [keeper, setKeeper] = useState<Keeper>();
	const { is } = useConnectionState();
	useEffect(() => {
		let made: Keeper | undefined;
		let over = false;
		void load[protocol]().then(({ attach }) => {
			if (over || target.current === null) return;
			const url = new URL(`api/consoles/${encodeURIComponent(id)}`, base());
			url.search = protocol === 'rfb' ? '' : `protocol=${protocol}`;
			made = new Keeper(url, target.current, attach, onCopied).start();
			setKeeper(made);
		});
		return () => {
			over = true;
			made?.stop();
			setKeeper(undefined);
		};
	}, [id, protocol, target, onCopied]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: the hint is what it is tried again for.
	useEffect(() => {
		if (is === 'live') keeper?.hurry();
	}, [keeper, is, hint]);
	const state = useSyncExternalStore(keeper?.watch ?? never, keeper?.state ?? (() => CONNECTING));
	return { state, keeper };
}
