import { useTranslation } from 'react-i18next';
import { useNamed } from '../live/hooks';
import { Copy } from '../ui/Copy';
import css from './VifAddresses.module.css';

/** The addresses that the guest of a VM tells of one of its interfaces. */
export function useVifAddresses(vm: string, device: string): string[] {
	const addresses = Object(useNamed('VM', vm)?.addresses) as Record<string, string>;
	return [
		...new Set(
			Object.entries(addresses)
				.filter(([key]) => key.startsWith(`${device}/`))
				.map(([, address]) => address),
		),
	];
}

export function VifAddresses({ vm, device }: { vm: string; device: string }) {
	const { t } = useTranslation();
	const addresses = useVifAddresses(vm, device);
	if (addresses.length === 0) return <span className={css.dim}>{t('vm.notReported')}</span>;
	return (
		<ul>
			{addresses.map((address) => (
				<li key={address}>
					{address} <Copy label={t('copy', { text: address })} text={address} />
				</li>
			))}
		</ul>
	);
}

/** As a cell of a list: all in one line. */
export function VifAddressesCell({ vm, device }: { vm: string; device: string }) {
	const addresses = useVifAddresses(vm, device).join(', ');
	return <span title={addresses}>{addresses}</span>;
}
