// The findings of findings_zh.ts in English; the keys are the same.
import type { classes_zh, Finding, findings_zh } from "./findings_zh";

export const findings_en: Record<keyof typeof findings_zh, Finding> = {
  "line.loss": {
    cause: "Line loses too many packets",
    next: "Report errors and congestion to the carrier; use the backup line for meetings.",
  },
  "line.delay": {
    cause: "Line delay above the limit",
    next: "Check for a detour or satellite; ask the carrier to check the route.",
  },
  "line.jitter": {
    cause: "Line jitter above the limit",
    next: "Look for heavy traffic on the line; ask the carrier about congestion.",
  },
  "line.down": {
    cause: "Line is down",
    next: "Ask the venue for the lamps of modem and router; call the carrier, use the backup line.",
  },
  "line.no-reply": {
    cause: "Far end does not answer",
    next: "Look at other venues with the same far end; if alone, check the venue's network and firewall.",
  },
  "http.status": {
    cause: "Web service answers with an error",
    next: "Check the device's management page; have the device restarted if needed.",
  },
  "http.text": {
    cause: "Web page is not the expected one",
    next: "Open the page in a browser and try to log in; have the device restarted if needed.",
  },
  "http.down": {
    cause: "Web service cannot be reached",
    next: "Ask the venue for power and cable, then have the device restarted.",
  },
  "http.slow": {
    cause: "Web service answers slowly",
    next: "Check the device's load and the line; restart it if still slow an hour before a meeting.",
  },
  "camera.no-answer": {
    cause: "Camera does not answer control",
    next: "Ask the venue to check power and control cable, then to power-cycle the camera.",
  },
  "camera.wrong-answer": {
    cause: "Camera answers wrongly",
    next: "Check whether protocol, address or baud rate were changed.",
  },
  "camera.unreachable": {
    cause: "Camera cannot be reached by network",
    next: "Ask the venue to check its power and network cable; check whether its address was changed.",
  },
  "camera.refused": {
    cause: "Camera refuses control connections",
    next: "Enable VISCA control on its web page and check the port; end other controllers.",
  },
  "camera.login": {
    cause: "The camera does not accept user or password",
    next: "Compare the agent's user and password_file with the camera's ONVIF user; too many wrong tries lock it.",
  },
  "camera.clock": {
    cause: "The camera's clock is off",
    next: "Set a time server and the time zone in the camera; recordings bear its time.",
  },
  "camera.snapshot": {
    cause: "What the camera gives is no picture",
    next: "Power-cycle the camera, then check lens and picture settings.",
  },
  "camera.stream": {
    cause: "The camera has no stream",
    next: "Check encoder and RTSP in the camera's web page; restore its defaults if need be.",
  },
  "camera.preset-off": {
    cause: "Camera is off its preset",
    next: "Recall the preset; if still off, have the head checked for obstruction.",
  },
  "camera.power-off": {
    cause: "Camera is switched off",
    next: "Ask the venue to switch it on by remote control; check the power adapter.",
  },
  "camera.not-executable": {
    cause: "Camera cannot execute commands now",
    next: "Try again later; if it lasts, leave its menu or tracking mode.",
  },
  "camera.preset-moved": {
    cause: "Preset no longer shows its aim",
    next: "Compare with the reference; have the mount checked and the preset aimed and learnt again.",
  },
  "camera.preset-blocked": {
    cause: "Something blocks the preset's view",
    next: "Compare with the reference; ask the venue to remove what stands before the lens.",
  },
  "camera.preset-blurred": {
    cause: "Preset's view is blurred",
    next: "Ask the venue to clean the lens, then focus again or restart the camera.",
  },
  "camera.preset-dark": {
    cause: "Preset's view is too dark",
    next: "Ask the venue about light, lens cap and exposure.",
  },
  "camera.preset-bright": {
    cause: "Preset's view is too bright",
    next: "Ask the venue about back light; check the exposure.",
  },
  "camera.preset-other-scene": {
    cause: "Preset does not show its reference",
    next: "Compare with the reference; where the room was changed, learn it again.",
  },
  "display.down": {
    cause: "Display cannot be reached",
    next: "Ask the venue for its power and cable; check its address and its network standby.",
  },
  "display.no-answer": {
    cause: "Display does not answer",
    next: "Ask the venue to leave other controllers that hold it; power-cycle the display if it stays silent.",
  },
  "display.wrong-answer": {
    cause: "Display answers wrongly",
    next: "Check that address and port are its PJLink; then check its firmware.",
  },
  "display.auth-refused": {
    cause: "Display refuses the password",
    next: "Compare the host's password file with the PJLink password in the display's menu.",
  },
  "display.power-off": {
    cause: "Display is switched off",
    next: "Ask the venue to switch it on by remote control; check the main switch.",
  },
  "display.wrong-input": {
    cause: "Display shows another input",
    next: "Ask the venue to choose the input that the terminal is connected to.",
  },
  "display.picture-muted": {
    cause: "Display hides the picture",
    next: "Ask the venue to end AV mute, or to open shutter or lens cap.",
  },
  "display.sound-muted": {
    cause: "Display is muted",
    next: "Ask the venue to unmute it; where sound comes from elsewhere, change the configuration.",
  },
  "display.fan": {
    cause: "Display fan is not well",
    next: "Ask the venue to listen to the fans and to clean them; tell maintenance.",
  },
  "display.lamp": {
    cause: "Display lamp is not well",
    next: "Have the lamp replaced or the light source repaired; use a spare display for important meetings.",
  },
  "display.temperature": {
    cause: "Display is too hot",
    next: "Ask the venue to clean the filter and free the vents; switch it off to cool if needed.",
  },
  "display.cover": {
    cause: "Display cover is open",
    next: "Ask the venue to close lamp and filter covers, then to switch it on.",
  },
  "display.filter": { cause: "Display filter is not well", next: "Ask the venue to clean or replace the filter." },
  "display.fault": {
    cause: "Display reports a fault of its own",
    next: "Ask the venue to cut its power for a minute; if it stays, have it repaired and use the spare.",
  },
  "display.lamp-hours": {
    cause: "Lamp is used beyond its hours",
    next: "Prepare a spare; replace the lamp outside meetings and reset its counter.",
  },
  "picture.no-signal": {
    cause: "No video signal",
    next: "Ask the venue to check the cable from camera to codec and the chosen input.",
  },
  "picture.black": {
    cause: "Picture is black",
    next: "Ask the venue about lens cap, lights and camera standby.",
  },
  "picture.frozen": {
    cause: "Picture is frozen",
    next: "Ask someone to walk before the camera; if still frozen, restart the camera.",
  },
  "picture.dark": {
    cause: "Picture is too dark",
    next: "Ask the venue to light the rostrum; then check iris and exposure.",
  },
  "picture.bright": {
    cause: "Picture is too bright",
    next: "Ask the venue to draw the curtains; then check the exposure.",
  },
  "picture.flat": {
    cause: "Picture shows nothing (one colour or out of focus)",
    next: "Ask the venue to check direction, cover and focus of the lens.",
  },
  "sound.silent": {
    cause: "The test sound is not heard in the room",
    next: "Ask the venue whether amplifier, loudspeakers, mixer and microphone are on; then check cables.",
  },
  "sound.other-venue": {
    cause: "Another venue's sound is heard: lines are patched crosswise",
    next: "Compare audio patching and matrix with the venue in the detail.",
  },
  "sound.howl": {
    cause: "The room howls",
    next: "Ask the venue to turn microphone or amplifier down and to move the microphone off; then check the suppressor.",
  },
  "sound.clipped": {
    cause: "Sound is clipped",
    next: "Ask the venue to turn down the gain of mixer input or microphone.",
  },
  "sound.faint": {
    cause: "Sound is faint",
    next: "Ask the venue to check faders, microphone gain and the amplifier's volume.",
  },
  "sound.noise": {
    cause: "The room is noisy",
    next: "Ask the venue to close windows and slow the cooling down; then check shielding and earthing.",
  },
  "sound.hum": {
    cause: "Mains hum",
    next: "Ask the venue to check earthing and shields; add an audio isolator where needed.",
  },
  "sound.distorted": {
    cause: "Sound is distorted",
    next: "Ask the venue to check for an overloaded amplifier, a broken loudspeaker and wrong gains.",
  },
  "sound.response": {
    cause: "A part of the spectrum is missing",
    next: "Ask the venue to check equaliser, the loudspeaker's drivers and cables.",
  },
  "sound.reverberant": {
    cause: "The room rings too long",
    next: "Ask the venue to draw curtains; in the long run add absorbers.",
  },
  "sound.late": {
    cause: "Sound is late",
    next: "Check buffers of audio processor, echo canceller and sound card.",
  },
  "sound.polarity": {
    cause: "Audio polarity is reversed",
    next: "Ask the venue to check loudspeaker wires and XLR plugs.",
  },
  "sound.baseline": {
    cause: "Sound strays from the room's own baseline",
    next: "Look for what was changed by the detail; if it was intended, have the baseline learnt again.",
  },
  "sound.dead": {
    cause: "No audio signal (digital silence)",
    next: "Ask the venue to check mute and cables of microphone and mixer; then sound card and matrix.",
  },
  "picture.no-signal-card": {
    cause: "Picture is a 'no signal' card (blue or another colour)",
    next: "Ask the venue whether the source is on, which input is chosen, and about the cable.",
  },
  "picture.bars": {
    cause: "Picture is colour bars",
    next: "Ask the venue to switch the bars off at the camera or encoder.",
  },
  "picture.cast": {
    cause: "Picture has a colour cast",
    next: "Ask the venue to set the white balance anew; then check lamps and cable.",
  },
  "picture.noise": {
    cause: "Picture is noisy",
    next: "Ask the venue for more light; then lower the camera's gain.",
  },
  "picture.flicker": {
    cause: "Picture flickers",
    next: "Ask the venue to set the shutter to 1/50 or 1/100 s and the system to 50 Hz.",
  },
  "picture.banding": {
    cause: "Bands roll over the picture",
    next: "Ask the venue to set the shutter to 1/50 or 1/100 s; then check lamps and the LED wall's refresh.",
  },
  "picture.blurred": {
    cause: "Picture is more blurred than its reference",
    next: "Ask the venue to clean the lens and focus; if all is well, learn the reference anew.",
  },
  "picture.shifted": {
    cause: "View has moved against its reference",
    next: "Ask the venue whether the camera was pushed; if it was moved on purpose, learn the reference anew.",
  },
  "picture.occluded": {
    cause: "View is covered",
    next: "Ask the venue to clear what stands before the lens.",
  },
  "picture.other-venue": {
    cause: "Picture comes from another venue",
    next: "Compare matrix, decoder and codec input with the detail: a source is switched wrongly.",
  },
  "display.unproven": {
    cause: "The venue's own code is not seen on the wall",
    next: "Ask the venue whether the wall shows the code and the camera sees the wall.",
  },
  "picture.overlay-missing": {
    cause: "Writing that belongs on the picture is missing",
    next: "Ask the venue whether the caption is switched off or another source is chosen.",
  },
  "device.down": {
    cause: "Device is not reached",
    next: "Ask the venue to check power and network cable, then compare the address.",
  },
  "device.no-answer": {
    cause: "Device does not answer",
    next: "Ask the venue to check power and control cable, then to power-cycle the device.",
  },
  "device.wrong-answer": {
    cause: "Device answers otherwise",
    next: "Was it replaced or updated? Then compare its profile.",
  },
  "device.login": {
    cause: "Login to the device failed",
    next: "Check whether user or password were changed.",
  },
  "device.state": {
    cause: "Device is in a wrong state",
    next: "Ask the venue to look at its panel; power-cycle it if need be.",
  },
  "device.value": {
    cause: "A reading is beyond its limit",
    next: "Check supply, temperature or cooling by the detail; have a spare ready.",
  },
  "snmp.no-answer": {
    cause: "Managed device does not answer",
    next: "Ask the venue to check power and cable; then compare its SNMP settings and the managers it allows.",
  },
  "snmp.wrong-answer": {
    cause: "Managed device answers otherwise",
    next: "Check that address and port are the device's; then its firmware.",
  },
  "snmp.auth-refused": {
    cause: "Managed device refuses access",
    next: "Compare the host's SNMP user and password files with the device.",
  },
  "snmp.port-down": {
    cause: "A switch port is down",
    next: "Ask the venue to check both ends of its cable and the device behind it; try another cable.",
  },
  "snmp.port-missing": {
    cause: "A switch port is missing",
    next: "Ask the venue to check the transceiver or stack member; then compare the port's name.",
  },
  "snmp.port-speed": {
    cause: "A switch port is slow",
    next: "Ask the venue to replace the cable (eight wires); then check the speed set at both ends.",
  },
  "snmp.port-errors": {
    cause: "A switch port counts errors",
    next: "Ask the venue to replace the cable or clean the fibre; then check duplex at both ends.",
  },
  "snmp.port-discards": {
    cause: "A switch port throws packets away",
    next: "Look for what uses the bandwidth; check the priority of meeting traffic.",
  },
  "snmp.restarted": {
    cause: "Managed device has restarted",
    next: "Ask the venue for a power cut or for who did it; have it repaired when it happens again.",
  },
  "snmp.value": {
    cause: "A reading of a managed device is beyond its limit",
    next: "Check supply, temperature or cooling by the detail; have a spare ready.",
  },
  "snmp.state": {
    cause: "Managed device is in a wrong state",
    next: "Ask the venue to look at its panel; power-cycle it if need be.",
  },
  "snmp.no-object": {
    cause: "Managed device has no such reading",
    next: "Was it replaced or updated? Then compare the OID.",
  },
  "ups.down": {
    cause: "UPS is not reached",
    next: "Ask the venue whether the host of the UPS runs and is plugged in; then compare the address.",
  },
  "ups.no-answer": {
    cause: "UPS does not answer",
    next: "Ask the venue to check cable and lights of its management card; then address and SNMP settings.",
  },
  "ups.wrong-answer": {
    cause: "UPS answers otherwise",
    next: "Check that address and protocol are the UPS's; then the firmware of its card.",
  },
  "ups.auth-refused": {
    cause: "UPS refuses access",
    next: "Compare the host's password files with the settings of the UPS.",
  },
  "ups.disconnected": {
    cause: "UPS is lost by its host",
    next: "Ask the venue to plug in its USB or serial cable; then restart NUT there.",
  },
  "ups.on-battery": {
    cause: "UPS feeds from its battery",
    next: "Ask the venue at once to check mains and breaker; plan a generator or another room by the minutes left.",
  },
  "ups.low-battery": {
    cause: "UPS battery is nearly empty",
    next: "Ask the venue at once for mains or a generator; else use the backup room.",
  },
  "ups.replace-battery": {
    cause: "UPS battery is to be replaced",
    next: "Have it replaced; until then a power cut ends the meeting, have a generator ready for important ones.",
  },
  "ups.overload": { cause: "UPS is overloaded", next: "Ask the venue to unplug what the UPS need not feed." },
  "ups.bypass": {
    cause: "UPS is on bypass",
    next: "Ask the venue to look at its panel; on bypass a power cut ends everything, leave it or have it repaired.",
  },
  "ups.off": {
    cause: "UPS gives no power",
    next: "Ask the venue to switch on its output; else plug devices into mains and have it repaired.",
  },
  "ups.fault": {
    cause: "UPS reports a fault",
    next: "Ask the venue to look at its panel; have it repaired by the detail.",
  },
  "ups.charge": {
    cause: "UPS charge is low",
    next: "After a power cut let it charge; replace the battery when it stays low.",
  },
  "ups.runtime": {
    cause: "UPS would not last long enough",
    next: "Ask the venue to take load off; else replace or add batteries.",
  },
  "ups.load": { cause: "UPS load is high", next: "Ask the venue to unplug what it need not feed; plan a larger one." },
  "ups.input-voltage": {
    cause: "Mains voltage is off",
    next: "Ask the venue to check distribution and large loads; report it to the supplier if it stays.",
  },
  "ups.battery-temperature": {
    cause: "UPS battery is hot",
    next: "Ask the venue for air or cooling; take it out of use at once when it swells or smells.",
  },
  "modbus.down": {
    cause: "Meter is not reached",
    next: "Ask the venue to check power and cable; then compare the address.",
  },
  "modbus.no-answer": {
    cause: "Meter does not answer",
    next: "Ask the venue to check its power and the RS-485 pair; then unit, speed and parity.",
  },
  "modbus.wrong-answer": {
    cause: "Meter answers otherwise",
    next: "Ask the venue to check shielding and termination; make sure that no two devices share a unit number.",
  },
  "modbus.exception": {
    cause: "Meter refuses to be read",
    next: "Compare register address and table; was it replaced or updated?",
  },
  "modbus.value": {
    cause: "A meter's reading is beyond its limit",
    next: "Check supply, temperature or cooling by the detail; have a spare ready.",
  },
  "modbus.state": {
    cause: "Metered device is in a wrong state",
    next: "Ask the venue to look at its panel; power-cycle it if need be.",
  },
  "device.settings-drift": {
    cause: "A setting drifted from the baseline",
    next: "Ask who changed it; set it back, or have the baseline accepted anew on site.",
  },
  "switch.refused": {
    cause: "Matrix refuses to switch",
    next: "Compare the numbers of source and sink; ask the venue whether its panel is locked.",
  },
  "switch.not-routed": {
    cause: "Matrix does not switch",
    next: "Ask the venue to power-cycle it; have it repaired if it stays so.",
  },
  "switch.no-picture": {
    cause: "No picture after switching",
    next: "Ask the venue to check that source and its cable.",
  },
  "switch.same-picture": {
    cause: "Same picture after switching",
    next: "Both sources may show the same: try another. Else ask the venue to check the output and its cable.",
  },
  "drill.no-takeover": {
    cause: "The backup did not take over in a drill",
    next: "Ask the venue to check the backup and what makes it take over; drill again once it is mended.",
  },
  "drill.slow": {
    cause: "Slow switch-over",
    next: "Have the time shortened after which router or terminal gives the main way up.",
  },
  "drill.not-restored": {
    cause: "Main way not back after a drill",
    next: "Call the venue at once: the main way must be given back by hand.",
  },
  "switch.not-restored": {
    cause: "Not switched back after a test",
    next: "Call the venue at once: the former source must be chosen by hand.",
  },
  "switch.interrupted": {
    cause: "A switching test was interrupted",
    next: "Ask the venue whether the right source is shown; find out why power or program went.",
  },
  "sensor.dark": {
    cause: "Too dark",
    next: "Ask the venue for the rostrum lights; then check lamps and whether the sensor is covered.",
  },
  "sensor.hot": {
    cause: "Room too hot",
    next: "Ask the venue for cooling or to open the cabinet; switch off what is not needed.",
  },
  "sensor.cold": {
    cause: "Room too cold",
    next: "Ask the venue for heating; wait for it before switching devices on.",
  },
  "sensor.humid": { cause: "Too humid", next: "Ask the venue to dry the air and to look for a leak." },
  "sensor.dry": { cause: "Too dry", next: "Ask the venue to moisten the air; discharge before touching devices." },
  "sensor.cradle-empty": {
    cause: "Charging cradle empty",
    next: "Ask the venue to put the radio or body camera back and to look for the light.",
  },
  "sensor.charge-stopped": {
    cause: "Charging stopped early",
    next: "Ask the venue to clean the contacts and put it in again; then change battery or cradle.",
  },
  "sensor.not-full": { cause: "Not fully charged yet", next: "Wait; in a hurry ask the venue for a charged battery." },
  "sensor.clock": {
    cause: "Clock chip off",
    next: "See that the box is in time, then set the chip (hwclock --systohc --utc).",
  },
  "sensor.clock-battery": {
    cause: "Clock battery flat",
    next: "Have the coin cell changed; until then the box does not know the time after a power cut.",
  },
  "input.door": {
    cause: "Door or cabinet open",
    next: "Ask the venue to close it; tell security when nobody is there.",
  },
  "input.water": {
    cause: "Water found",
    next: "Call the venue at once: switch off what is affected and find the leak.",
  },
  "input.power": { cause: "No power", next: "Ask the venue for breaker and mains; find out how long the UPS lasts." },
  "input.state": { cause: "Input in a wrong state", next: "Ask the venue to look, by the probe's name." },
  "input.loose": { cause: "Contact does not settle", next: "Ask the venue to check terminals and contact." },
  "host.disk": {
    cause: "Host disk nearly full",
    next: "Remove old files remotely within the shift; meetings are not affected.",
  },
  "host.memory": {
    cause: "Host is short of memory",
    next: "Restart the host's program remotely; report it if it happens again.",
  },
  "host.temperature": { cause: "Host is too hot", next: "Ask the venue to check fan and ventilation of the cabinet." },
  "host.load": {
    cause: "Host is overloaded",
    next: "Look remotely for what uses the processor; if it lasts, restart the host's program.",
  },
  "host.clock": {
    cause: "Host clock is wrong",
    next: "Check that its time server can be reached; times are not to be trusted meanwhile.",
  },
  "host.flash": { cause: "Host storage is worn out", next: "Prepare a spare; replace the card or the host soon." },
  "across.silent": {
    cause: "The other venue is not heard",
    next: "Check mute at its microphone and mixer and the volume of the terminal here; then whether the call is up.",
  },
  "across.other-venue": {
    cause: "Another venue is heard",
    next: "Check the MCU's conferences and the patching: sound is wired to the wrong room.",
  },
  "across.echo-only": {
    cause: "Only our own sound is heard",
    next: "The terminal loops back or calls the wrong number; check whom it called.",
  },
  "across.faint": {
    cause: "The other venue is too faint",
    next: "Check the levels one by one: microphone, mixer, terminal input, amplifier here.",
  },
  "across.delay": {
    cause: "The delay between the venues is too long",
    next: "Check the line's delay and cascaded MCUs; a satellite line needs limits of its own.",
  },
  "across.echo": {
    cause: "The other venue sends our sound back",
    next: "Have it turned down there or its echo canceller switched on; keep microphones away from loudspeakers.",
  },
  "across.lip-sync": {
    cause: "Sound and picture are not in step",
    next: "Check the terminal's audio delay and the video processor's, and make up for the difference.",
  },
  "across.frozen": {
    cause: "The other venue's picture stutters",
    next: "Check loss and bit rate of the line; call again with a lower resolution if need be.",
  },
  "across.no-picture": {
    cause: "The other venue is not seen",
    next: "Check its camera and the video input of its terminal, and the layout here.",
  },
  "across.other-picture": {
    cause: "Another venue is seen",
    next: "Check the MCU's layout and the matrix: pictures are wired to the wrong room.",
  },
  "across.own-picture": {
    cause: "Only our own picture is seen",
    next: "The terminal loops back or shows itself; check whom it called.",
  },
};

export const classes_en: Record<keyof typeof classes_zh, Finding> = {
  silent: { cause: "Venue host is silent", next: "Telephone the venue: does the host have power and network?" },
  fail: { cause: "Fault of unknown cause", next: "Open the venue's page for its results; check by telephone." },
  stale: { cause: "Data are stale, probing has stopped", next: "Connected but no new results; restart the program." },
  unknown: { cause: "Cannot tell", next: "See the reasons on the venue's page; check by telephone if needed." },
  degraded: { cause: "Quality is degraded", next: "Open the venue's page for the values beyond their limits." },
  pass: { cause: "Normal", next: "Nothing to do." },
  never: {
    cause: "Registered, never reported",
    next: "Call the venue by the ledger: is the host installed, powered and on the network?",
  },
  excluded: {
    cause: "Excluded, not among the expected",
    next: "Take the exclusion out of the ledger when it is back.",
  },
};

export const other_en: Finding = {
  cause: "Another problem ({code})",
  next: "Open the venue's page for details; check by telephone.",
};
