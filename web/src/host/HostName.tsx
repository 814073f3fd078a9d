import { useObject } from '../live/hooks';
import { PoolName } from '../pool/PoolName';

/** The name of the host a VM runs on; of its pool, dimmed, while it runs on none. */
export function HostName({ container, on }: { container: string; on: boolean }) {
	const host = useObject('host', container);
	if (host !== undefined) return <span style={on ? undefined : { color: 'var(--dim)' }}>{host.name_label}</span>;
	return (
		<span style={{ color: 'var(--dim)' }}>
			<PoolName id={container} />
		</span>
	);
}
