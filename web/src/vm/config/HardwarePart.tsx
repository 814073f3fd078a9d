/** The hardware that the VM sees. */
import { useTranslation } from 'react-i18next';
import { ObjectSetting } from '../../form/ObjectSetting';
import { ChoiceSetting, Settings, SwitchSetting } from '../../form/Setting';
import { formatBytes } from '../../ui/format';
import { storageOfPool } from '../storage';
import type { PartProps } from './VmConfig';

/** Sizes of video memory that displays take, in MiB. */
const VIDEO = [1, 2, 4, 8, 16];

export function HardwarePart({ vm, set, halt }: PartProps) {
	const { t } = useTranslation();
	if (vm.virtualizationMode === 'pv') return null;
	const later = halt === undefined ? undefined : t('vmConfig.nextStart');
	return (
		<Settings title={t('vmConfig.hardware')}>
			<ChoiceSetting
				choices={[
					{ value: '', label: 'Realtek RTL8139' },
					{ value: 'e1000', label: 'Intel e1000' },
				]}
				help={t('vmConfig.nicHelp')}
				label={t('vmConfig.nic')}
				property="nicType"
				set={(label, change) => set(label, { nicType: Object(change).nicType || null })}
				value={vm.nicType ?? ''}
			/>
			<ChoiceSetting
				choices={[...new Set(['std', 'cirrus', vm.vga ?? 'std'])].map((value) => ({ value, label: value }))}
				help={later}
				label={t('vmConfig.vga')}
				property="vga"
				set={set}
				value={vm.vga ?? 'std'}
			/>
			{(vm.vga ?? 'std') === 'std' && (
				<ChoiceSetting
					choices={[...new Set([...VIDEO, vm.videoram ?? 4])].map((size) => ({
						value: String(size),
						label: formatBytes(size * 2 ** 20),
					}))}
					help={later}
					label={t('vmConfig.videoram')}
					property="videoram"
					set={(label, change) => set(label, { videoram: Number(Object(change).videoram) })}
					value={String(vm.videoram ?? 4)}
				/>
			)}
			<SwitchSetting
				help={t('vmConfig.viridianHelp')}
				label="Viridian"
				property="viridian"
				set={set}
				value={vm.viridian}
			/>
			<SwitchSetting
				help={t('vmConfig.vendorHelp')}
				label={t('vmConfig.vendor')}
				property="hasVendorDevice"
				set={set}
				value={vm.hasVendorDevice}
				why={halt}
			/>
			<SwitchSetting
				help={t('vmConfig.nestedHelp')}
				label={t('vmConfig.nested')}
				property="nestedVirt"
				set={set}
				value={vm.isNestedVirtEnabled || vm.expNestedHvm}
				why={halt}
			/>
			<ObjectSetting
				filter={storageOfPool(vm.$pool)}
				label={t('vmConfig.suspendSr')}
				onSet={(id) => void set(t('vmConfig.suspendSr'), { suspendSr: id })}
				placeholder={t('vmConfig.poolsChoice')}
				type="SR"
				value={vm.suspendSr}
			/>
		</Settings>
	);
}
