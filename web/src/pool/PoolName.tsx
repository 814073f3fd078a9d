import { useObject } from '../live/hooks';

export function PoolName({ id }: { id: string }) {
	return <>{useObject('pool', id)?.name_label ?? ''}</>;
}
