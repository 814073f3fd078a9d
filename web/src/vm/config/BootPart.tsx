/** How and when the VM starts. */
import { useTranslation } from 'react-i18next';
import { ObjectSetting } from '../../form/ObjectSetting';
import { ChoiceSetting, NumberSetting, Setting, Settings, SwitchSetting, TextSetting } from '../../form/Setting';
import { within } from '../../live/listing';
import { BootOrder } from './BootOrder';
import { SecureBoot } from './SecureBoot';
import type { PartProps } from './VmConfig';

export function BootPart({ vm, set, halt }: PartProps) {
	const { t } = useTranslation();
	const isPv = vm.virtualizationMode === 'pv';
	return (
		<Settings title={t('vmConfig.boot')}>
			<SwitchSetting label={t('vm.autoStart')} property="auto_poweron" set={set} value={vm.auto_poweron} />
			<NumberSetting
				help={t('vmConfig.startDelayHelp')}
				label={t('vmConfig.startDelay')}
				property="startDelay"
				set={set}
				suffix=" s"
				value={vm.startDelay}
			/>
			<ChoiceSetting
				choices={[
					{ value: '', label: t('off') },
					{ value: 'best-effort', label: t('newVm.ha.bestEffort') },
					{ value: 'restart', label: t('newVm.ha.restart') },
				]}
				label={t('vm.ha')}
				property="high_availability"
				set={set}
				value={vm.high_availability}
			/>
			<ObjectSetting
				filter={within('', '$pool', vm.$pool)}
				help={t('newVm.affinityHelp')}
				label={t('newVm.affinity')}
				onSet={(id) => void set(t('newVm.affinity'), { affinityHost: id })}
				placeholder={t('newVm.anyHost')}
				type="host"
				value={vm.affinityHost}
			/>
			<ChoiceSetting
				choices={[...new Set(['hvm', 'pv', vm.virtualizationMode])].map((value) => ({
					value,
					label: value.toUpperCase(),
				}))}
				label={t('vm.mode')}
				property="virtualizationMode"
				set={set}
				value={vm.virtualizationMode}
				why={halt}
			/>
			{isPv ? (
				<TextSetting label={t('vmConfig.pvArgs')} property="PV_args" set={set} value={vm.PV_args ?? ''} />
			) : (
				<>
					<Setting help={t('vmConfig.orderHelp')} label={t('vmConfig.order')}>
						<BootOrder vm={vm} />
					</Setting>
					<ChoiceSetting
						choices={[
							{ value: 'bios', label: 'BIOS' },
							{ value: 'uefi', label: 'UEFI' },
						]}
						label={t('newVm.firmware')}
						property="hvmBootFirmware"
						set={set}
						value={vm.boot.firmware ?? 'bios'}
						why={halt}
					/>
					<SecureBoot halt={halt} set={set} vm={vm} />
				</>
			)}
		</Settings>
	);
}
