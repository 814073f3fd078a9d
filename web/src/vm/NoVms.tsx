import { Button, Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { State } from '../live/connection';
import { useLive } from '../live/hooks';
import { useServers } from '../pool/servers';
import { Message } from '../ui/Message';

/** What stands in the place of rows, and what to do about it. */
export function NoVms({
	state,
	total,
	filtered,
	onClear,
}: {
	state: State;
	total: number;
	filtered: boolean;
	onClear: () => void;
}) {
	const { connection } = useLive();
	const servers = useServers();
	const user = 'user' in state ? state.user : undefined;
	if (state.is === 'failed') {
		return (
			<Message title="The list could not be read" tone="bad">
				<p>{state.error.message}</p>
				<Button onClick={() => connection.reconnect()} variant="default">
					Try again
				</Button>
			</Message>
		);
	}
	if (state.is === 'loading' || state.is === 'connecting') {
		return (
			<Message title="Reading the list of VMs">
				<Loader size="sm" />
			</Message>
		);
	}
	if (total > 0 && filtered) {
		return (
			<Message title="No VM matches the filter">
				<Button onClick={onClear} variant="default">
					Clear the filter
				</Button>
			</Message>
		);
	}
	if (user?.permission !== 'admin') {
		return <Message title="No VM is shared with you">An administrator can give you access to some.</Message>;
	}
	if (servers.data?.length === 0) {
		return (
			<Message title="No pool is connected yet">
				<p>Connect the master of a pool to see its VMs here.</p>
				<Button renderRoot={(props) => <Link search={{ add: 'pool' }} to="/pools" {...props} />}>Connect a pool</Button>
			</Message>
		);
	}
	if (servers.data?.every((server) => server.status !== 'connected') === true) {
		return (
			<Message title="No pool answers" tone="bad">
				<p>All configured pools are disconnected.</p>
				<Button component={Link} to="/pools" variant="default">
					See why
				</Button>
			</Message>
		);
	}
	return <Message title="There is no VM yet">The connected pools hold no VM.</Message>;
}
