/** `#/console?vm=<id>`, `#/console?host=<id>`: nothing but a console, for a window of its own. */
import { useEffect } from 'react';
import { Missing } from '../app/Missing';
import { usePageSearch } from '../app/PageLink';
import { useName } from '../live/hooks';
import { OfHost } from './HostConsole';
import { OfVm } from './VmConsole';

export default function ConsolePage() {
	const { vm, host } = usePageSearch();
	const name = useName(vm === undefined ? 'place' : 'VM', vm ?? host);
	useEffect(() => {
		if (name !== undefined) document.title = `${name} · Xen Orchestra`;
	}, [name]);
	if (vm !== undefined) return <OfVm id={vm} />;
	return host === undefined ? <Missing /> : <OfHost id={host} />;
}
