//! Finding codes in the words of people, and what to do. The one table of texts for findings.

use std::io::{self, ErrorKind};

/// The language of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 中文.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// From the values of `LC_ALL`, `LC_MESSAGES` and `LANG`: English when the first that is set begins with `en`, else
    /// Chinese.
    #[must_use]
    pub fn of(set: [Option<String>; 3]) -> Self {
        let chosen = set.into_iter().flatten().find(|value| !value.is_empty());
        if chosen.is_some_and(|value| value.starts_with("en")) { Self::English } else { Self::Chinese }
    }

    /// The one of the two texts that is in this language.
    #[must_use]
    pub const fn pick<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }
}

/// What the system says of a file, a port or a connection, in Chinese where it is a known one.
#[must_use]
pub fn reason(error: &io::Error, language: Language) -> String {
    let chinese = match error.kind() {
        ErrorKind::NotFound => "没有这个文件或目录",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::ReadOnlyFilesystem => "文件系统只读",
        ErrorKind::StorageFull => "磁盘已满",
        ErrorKind::NotADirectory => "路径中有一段不是目录",
        ErrorKind::IsADirectory => "它是目录，不是文件",
        ErrorKind::InvalidData => "它不是 UTF-8 文本",
        ErrorKind::InvalidInput => "路径过长",
        ErrorKind::UnexpectedEof => "对方中途断开",
        ErrorKind::ConnectionRefused => "对方拒绝连接",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => "对方断开了连接",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "网络到不了对方",
        ErrorKind::TimedOut => "超时",
        _ if error.to_string().starts_with("failed to lookup address") => "找不到这个主机名",
        _ => return error.to_string(),
    };
    match language {
        Language::Chinese => chinese.to_owned(),
        Language::English => error.to_string(),
    }
}

/// A finding in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// The stable code.
    pub code: &'static str,
    /// What it is, Chinese.
    pub chinese: &'static str,
    /// What it is, English.
    pub english: &'static str,
    /// What to do, Chinese.
    pub action_chinese: &'static str,
    /// What to do, English.
    pub action_english: &'static str,
}

impl Words {
    /// What it is.
    #[must_use]
    pub const fn name(&self, language: Language) -> &'static str {
        language.pick(self.chinese, self.english)
    }

    /// What to do.
    #[must_use]
    pub const fn action(&self, language: Language) -> &'static str {
        language.pick(self.action_chinese, self.action_english)
    }
}

const fn words(code: &'static str, name: [&'static str; 2], action: [&'static str; 2]) -> Words {
    Words { code, chinese: name[0], english: name[1], action_chinese: action[0], action_english: action[1] }
}

/// Every finding of the agent's probes.
pub const FINDINGS: &[Words] = &[
    words(
        "line.no-reply",
        ["线路无应答", "no reply"],
        ["检查对端设备和专线，向运营商报障", "check the far end and the line, call the carrier"],
    ),
    words(
        "line.down",
        ["线路不通", "line down"],
        ["检查网线、网卡、路由和对端服务", "check cable, interface, route and the far service"],
    ),
    words(
        "line.loss",
        ["丢包", "packet loss"],
        ["检查网线与交换机端口，向运营商报障", "check cable and switch port, call the carrier"],
    ),
    words("line.delay", ["时延过大", "long delay"], ["检查线路占用和绕行", "look for a busy or detouring line"]),
    words(
        "line.jitter",
        ["抖动过大", "jitter"],
        ["检查线路占用，启用服务质量保证", "look for a busy line, enable QoS"],
    ),
    words(
        "http.down",
        ["网页不可达", "page unreachable"],
        ["检查服务、网络和证书", "check service, network and certificate"],
    ),
    words("http.status", ["网页状态异常", "wrong status"], ["检查服务日志", "read the service's log"]),
    words(
        "http.text",
        ["网页内容不符", "wrong page"],
        ["检查服务是否正常登录和显示", "see whether the page works for a person"],
    ),
    words("http.slow", ["网页过慢", "slow page"], ["检查服务负载和线路", "check the service's load and the line"]),
    words(
        "camera.no-answer",
        ["摄像机无应答", "camera silent"],
        ["检查供电、控制线和地址", "check power, control cable and address"],
    ),
    words(
        "camera.wrong-answer",
        ["摄像机应答异常", "camera talks nonsense"],
        ["检查波特率、地址和协议", "check speed, address and protocol"],
    ),
    words(
        "camera.unreachable",
        ["摄像机网络不通", "camera unreachable"],
        ["检查摄像机供电、网线和地址", "check power, network cable and address"],
    ),
    words(
        "camera.refused",
        ["摄像机拒绝连接", "camera refuses connections"],
        [
            "启用摄像机的 VISCA 或 ONVIF，核对端口，退出其他控制端",
            "enable VISCA or ONVIF, check the port, end other controllers",
        ],
    ),
    words(
        "camera.login",
        ["摄像机登录未成", "camera refuses the login"],
        ["核对 user、password_file 与摄像机的 ONVIF 用户", "compare user and password_file with its ONVIF user"],
    ),
    words(
        "camera.clock",
        ["摄像机时钟不准", "camera clock off"],
        ["在摄像机上设置校时服务器和时区", "set a time server and the time zone in the camera"],
    ),
    words(
        "camera.snapshot",
        ["摄像机截图不可用", "camera gives no picture"],
        ["重启摄像机，检查镜头和图像设置", "restart the camera, check lens and picture settings"],
    ),
    words(
        "camera.stream",
        ["摄像机没有码流", "camera has no stream"],
        ["检查摄像机的编码和 RTSP 设置", "check its encoder and RTSP settings"],
    ),
    words("camera.power-off", ["摄像机待机", "camera in standby"], ["开机", "switch it on"]),
    words(
        "camera.not-executable",
        ["摄像机不执行", "camera refuses"],
        ["稍后再试；检查菜单是否打开", "try again; see whether its menu is open"],
    ),
    words(
        "camera.preset-off",
        ["预置位偏移", "preset is off"],
        ["重新对准并保存预置位", "aim again and store the preset"],
    ),
    words(
        "camera.preset-moved",
        ["预置位画面偏移", "preset shows another aim"],
        [
            "检查支架和云台；重新对准并保存预置位，再执行 camera NAME learn N",
            "check the mount; aim again, store the preset, then camera NAME learn N",
        ],
    ),
    words(
        "camera.preset-blocked",
        ["预置位画面被遮挡", "preset view blocked"],
        ["移开镜头前的遮挡物", "remove what stands before the lens"],
    ),
    words(
        "camera.preset-blurred",
        ["预置位画面模糊", "preset view blurred"],
        ["清洁镜头，重新对焦", "clean the lens, focus again"],
    ),
    words(
        "camera.preset-dark",
        ["预置位画面过暗", "preset view dark"],
        ["开灯，检查镜头盖和曝光", "switch on light, check lens cap and exposure"],
    ),
    words(
        "camera.preset-bright",
        ["预置位画面过亮", "preset view bright"],
        ["调整曝光，避免逆光", "adjust exposure, avoid back light"],
    ),
    words(
        "camera.preset-other-scene",
        ["预置位画面对不上", "preset shows another scene"],
        [
            "与参考图对照；布置已变时执行 camera NAME learn N",
            "compare with the reference; where the room was changed: camera NAME learn N",
        ],
    ),
    words(
        "display.down",
        ["显示设备连接不上", "display unreachable"],
        [
            "检查供电、网线和地址，开启设备的 PJLink 和待机网络",
            "check power, cable and address, enable PJLink and network standby",
        ],
    ),
    words(
        "display.no-answer",
        ["显示设备无应答", "display silent"],
        ["断开占用它的其他控制器，或重启设备", "release it from other controllers, or restart it"],
    ),
    words(
        "display.wrong-answer",
        ["显示设备应答异常", "display talks nonsense"],
        ["检查地址和端口，升级设备固件", "check address and port, update its firmware"],
    ),
    words(
        "display.auth-refused",
        ["显示设备拒绝密码", "display refuses the password"],
        ["核对 password_file 与设备菜单中的 PJLink 密码", "compare password_file with the PJLink password in its menu"],
    ),
    words("display.power-off", ["显示设备待机", "display in standby"], ["开机", "switch it on"]),
    words(
        "display.wrong-input",
        ["显示设备输入不对", "display shows another input"],
        ["切换到会议终端所接的输入", "choose the input of the terminal"],
    ),
    words(
        "display.picture-muted",
        ["显示画面被遮断", "display picture muted"],
        ["取消画面静音或打开快门", "unmute the picture or open the shutter"],
    ),
    words(
        "display.sound-muted",
        ["显示设备静音", "display sound muted"],
        [
            "取消静音；扩声不经它时配置 sound = \"any\"",
            "unmute it; where sound comes from elsewhere set sound = \"any\"",
        ],
    ),
    words("display.fan", ["显示设备风扇异常", "display fan"], ["清灰，检查风扇", "clean it, check its fans"]),
    words(
        "display.lamp",
        ["显示设备光源异常", "display lamp"],
        ["更换灯泡或报修光源", "replace the lamp or have the light source repaired"],
    ),
    words(
        "display.temperature",
        ["显示设备过热", "display too hot"],
        ["清洁滤网，改善通风", "clean its filter, let air through"],
    ),
    words(
        "display.cover",
        ["显示设备机盖打开", "display cover open"],
        ["关好灯盖和滤网盖", "close lamp and filter covers"],
    ),
    words("display.filter", ["显示设备滤网异常", "display filter"], ["清洁或更换滤网", "clean or replace its filter"]),
    words(
        "display.fault",
        ["显示设备故障", "display fault"],
        ["断电重启；仍有故障时报修", "switch off and on again; have it repaired if it stays"],
    ),
    words(
        "display.lamp-hours",
        ["灯泡超时使用", "lamp beyond its hours"],
        ["备好灯泡，择期更换", "get a lamp ready and replace it"],
    ),
    words(
        "picture.no-signal",
        ["没有图像", "no picture"],
        ["检查摄像机供电、视频线和采集卡", "check camera power, video cable and capture card"],
    ),
    words(
        "across.silent",
        ["听不到对方会场", "the other venue is not heard"],
        [
            "查对方话筒静音、本方终端音量和呼叫是否接通",
            "check its microphone's mute, our terminal's volume and the call",
        ],
    ),
    words(
        "across.other-venue",
        ["听到的是别的会场", "another venue is heard"],
        ["核对 MCU 分组与音频跳线", "check the MCU's grouping and the audio patch"],
    ),
    words(
        "across.echo-only",
        ["只听到自己的声音", "only the own sound is heard"],
        ["取消终端环回，核对呼叫的对端", "end the terminal's loop, check who was called"],
    ),
    words(
        "across.faint",
        ["对方声音太小", "the other venue is faint"],
        ["逐级核对音量：话筒、调音台、终端、扩音", "check levels from microphone to loudspeaker"],
    ),
    words(
        "across.delay",
        ["双向通话延时过大", "delay between venues too long"],
        ["查线路时延与 MCU 级联", "check the line's delay and cascaded MCUs"],
    ),
    words(
        "across.echo",
        ["对方会场有回声", "echo from the other venue"],
        ["请对方调低扩音或打开回声抵消", "have it lower its loudspeakers or cancel echo"],
    ),
    words(
        "across.lip-sync",
        ["声音与画面不同步", "sound and picture apart"],
        ["查终端音频延时和画面处理器延时，按偏差补偿", "check delays of terminal and video processor, compensate"],
    ),
    words(
        "across.frozen",
        ["对方画面卡顿", "the other venue's picture stands still"],
        ["查线路丢包和码率，必要时降低分辨率", "check loss and rate of the line, lower the resolution"],
    ),
    words(
        "across.no-picture",
        ["看不到对方画面", "the other venue is not seen"],
        ["查对方视频输入、本方画面布局", "check its video input and our layout"],
    ),
    words(
        "across.other-picture",
        ["看到的是别的会场", "another venue is seen"],
        ["核对 MCU 布局与矩阵切换", "check the MCU's layout and the matrix"],
    ),
    words(
        "across.own-picture",
        ["只看到自己的画面", "only the own picture is seen"],
        ["取消环回或自视布局，核对呼叫的对端", "end the loop or self view, check who was called"],
    ),
    words("picture.black", ["黑屏", "black picture"], ["检查镜头盖、灯光和信号源", "check lens cap, light and source"]),
    words("picture.frozen", ["画面冻结", "frozen picture"], ["重启摄像机或编码器", "restart camera or encoder"]),
    words("picture.dark", ["画面过暗", "dark picture"], ["开灯或调整曝光", "switch on light or adjust exposure"]),
    words(
        "picture.bright",
        ["画面过亮", "bright picture"],
        ["调整曝光，避免逆光", "adjust exposure, avoid back light"],
    ),
    words("picture.flat", ["画面没有层次", "flat picture"], ["检查镜头、对焦和信号源", "check lens, focus and source"]),
    words(
        "sound.silent",
        ["听不到测试声", "test not heard"],
        ["查功放、调音台、麦克风是否开启，线缆是否插好", "check amplifier, mixer, microphone and their cables"],
    ),
    words(
        "sound.other-venue",
        ["听到其他会场的声音", "another venue is heard"],
        ["核对会场之间的音频接线", "compare the audio patching of the venues"],
    ),
    words(
        "sound.howl",
        ["啸叫", "howl"],
        ["降低麦克风或功放增益，麦克风远离音箱", "turn down microphone or amplifier, move the microphone off"],
    ),
    words("sound.clipped", ["声音削波", "sound clipped"], ["降低调音台输入增益", "turn the mixer's input gain down"]),
    words(
        "sound.faint",
        ["声音过小", "sound faint"],
        ["检查推子、增益和功放音量", "check faders, gain and the amplifier's volume"],
    ),
    words(
        "sound.noise",
        ["噪声过大", "noisy"],
        ["关窗，查空调、风扇和接地", "close windows, check cooling, fans and earthing"],
    ),
    words(
        "sound.hum",
        ["工频交流声", "mains hum"],
        ["检查接地、屏蔽和音频隔离器", "check earthing, shields and isolators"],
    ),
    words(
        "sound.distorted",
        ["声音失真", "sound distorted"],
        ["检查功放、音箱和增益", "check amplifier, loudspeakers and gain"],
    ),
    words(
        "sound.response",
        ["频响缺失", "band missing"],
        ["检查均衡器、音箱高低音单元和线缆", "check equaliser, the loudspeaker's drivers and cables"],
    ),
    words("sound.reverberant", ["混响过长", "reverberant"], ["拉上窗帘，铺吸音材料", "draw curtains, add absorbers"]),
    words(
        "sound.late",
        ["声音延时过大", "sound late"],
        ["检查音频处理器和回声消除的缓冲", "check the buffers of processors and echo cancellers"],
    ),
    words(
        "sound.polarity",
        ["极性相反", "polarity reversed"],
        ["检查音箱线和卡侬头接线", "check loudspeaker wires and XLR plugs"],
    ),
    words(
        "sound.baseline",
        ["偏离声音基线", "off the sound baseline"],
        ["核对改动，确认无误后重新学习基线", "look for what changed; learn the baseline again if intended"],
    ),
    words(
        "sound.dead",
        ["没有音频信号", "no audio signal"],
        ["检查静音键、线缆和声卡", "check mute, cable and sound card"],
    ),
    words(
        "picture.no-signal-card",
        ["无信号底色画面", "'no signal' card"],
        ["检查信号源、输入选择和线缆", "check source, chosen input and cable"],
    ),
    words(
        "picture.bars",
        ["彩条测试图", "colour bars"],
        ["关闭彩条，切回摄像机", "switch the bars off, back to the camera"],
    ),
    words(
        "picture.cast",
        ["画面偏色", "colour cast"],
        ["重做白平衡，检查灯光和视频线", "set white balance anew, check lamps and cable"],
    ),
    words("picture.noise", ["画面噪点大", "noisy picture"], ["补光或降低增益", "add light or lower the gain"]),
    words(
        "picture.flicker",
        ["画面闪烁", "flicker"],
        ["快门设为 1/50 或 1/100 秒", "set the shutter to 1/50 or 1/100 s"],
    ),
    words(
        "picture.banding",
        ["滚动横纹", "rolling bands"],
        ["快门设为 1/50 或 1/100 秒", "set the shutter to 1/50 or 1/100 s"],
    ),
    words("picture.blurred", ["画面模糊", "blurred picture"], ["对焦，擦拭镜头", "focus, clean the lens"]),
    words("picture.shifted", ["画面偏移", "view has moved"], ["把摄像机转回原位", "turn the camera back"]),
    words("picture.occluded", ["画面被遮挡", "view is covered"], ["移开镜头前的物品", "clear what is before the lens"]),
    words(
        "picture.other-venue",
        ["画面来自其他会场", "another venue's picture"],
        ["检查信号切换和解码器", "check routing and decoder"],
    ),
    words(
        "display.unproven",
        ["大屏内容未证实", "display not proven"],
        ["让大屏显示本会场码", "let the wall show the venue's code"],
    ),
    words(
        "picture.overlay-missing",
        ["画面文字缺失", "overlay missing"],
        ["检查字幕叠加设置", "check the overlay's settings"],
    ),
    words(
        "device.down",
        ["设备无法连接", "device not reached"],
        ["检查供电、网线和地址", "check power, cable and address"],
    ),
    words(
        "device.no-answer",
        ["设备无应答", "device silent"],
        ["检查供电、控制线和速率", "check power, control cable and speed"],
    ),
    words(
        "device.wrong-answer",
        ["设备应答不符", "device answers otherwise"],
        ["核对型号与描述文件：avow-agent profile try", "compare model and profile: avow-agent profile try"],
    ),
    words("device.login", ["设备登录未成", "login failed"], ["核对用户名和口令文件", "check user and password file"]),
    words(
        "device.state",
        ["设备状态不对", "device in a wrong state"],
        ["按说明检查设备面板", "look at the device's panel"],
    ),
    words(
        "device.value",
        ["设备读数超限", "a reading beyond its limit"],
        ["按读数检查供电和散热", "check power and cooling by the reading"],
    ),
    words(
        "snmp.no-answer",
        ["SNMP 设备无应答", "SNMP silent"],
        [
            "检查供电、网线、地址、团体名和允许的管理主机",
            "check power, cable, address, community and the managers it allows",
        ],
    ),
    words(
        "snmp.wrong-answer",
        ["SNMP 应答不符", "SNMP answers otherwise"],
        ["核对地址和端口，查设备固件", "check address and port, then its firmware"],
    ),
    words(
        "snmp.auth-refused",
        ["SNMP 拒绝访问", "SNMP refuses us"],
        ["核对用户、口令文件、算法和设备的视图", "compare user, password files, algorithms and the device's view"],
    ),
    words(
        "snmp.port-down",
        ["端口断开", "port down"],
        ["检查网线两端和对端设备的供电", "check both ends of the cable and the power of what is behind it"],
    ),
    words(
        "snmp.port-missing",
        ["没有这个端口", "port missing"],
        ["核对端口名称；检查光模块和堆叠", "compare the port's name; check transceiver and stack"],
    ),
    words(
        "snmp.port-speed",
        ["端口速率过低", "port slow"],
        ["更换网线，检查两端的速率设置", "replace the cable, check the speed set at both ends"],
    ),
    words(
        "snmp.port-errors",
        ["端口错包", "port errors"],
        ["更换网线或光纤，检查两端双工设置", "replace cable or fibre, check duplex at both ends"],
    ),
    words(
        "snmp.port-discards",
        ["端口丢弃", "port discards"],
        ["查占用带宽的设备，检查限速和优先级", "look for what uses the bandwidth, check limits and priorities"],
    ),
    words("snmp.restarted", ["设备重启过", "device restarted"], ["查供电是否中断", "look for a power cut"]),
    words(
        "snmp.value",
        ["设备读数超限", "a reading beyond its limit"],
        ["按读数检查供电和散热", "check power and cooling by the reading"],
    ),
    words(
        "snmp.state",
        ["设备状态不对", "device in a wrong state"],
        ["按说明检查设备面板", "look at the device's panel"],
    ),
    words(
        "snmp.no-object",
        ["设备没有此读数", "no such reading"],
        ["核对 OID 与设备型号、固件", "compare the OID with model and firmware"],
    ),
    words(
        "ups.down",
        ["UPS 无法连接", "UPS not reached"],
        ["检查连着 UPS 的主机、NUT 服务和地址", "check the host of the UPS, its NUT service and the address"],
    ),
    words(
        "ups.no-answer",
        ["UPS 无应答", "UPS silent"],
        ["检查 UPS 管理卡的供电、网线和地址", "check power, cable and address of its management card"],
    ),
    words(
        "ups.wrong-answer",
        ["UPS 应答不符", "UPS answers otherwise"],
        ["核对地址和协议（nut:// 或 snmp://）", "check address and protocol (nut:// or snmp://)"],
    ),
    words(
        "ups.auth-refused",
        ["UPS 拒绝访问", "UPS refuses us"],
        ["核对口令文件和 UPS 允许的主机", "compare the password files and the hosts that it allows"],
    ),
    words(
        "ups.disconnected",
        ["UPS 与主机断开", "UPS lost by its host"],
        ["检查 UPS 到主机的 USB 或串口线，重启 NUT 驱动", "check its USB or serial cable, restart the NUT driver"],
    ),
    words(
        "ups.on-battery",
        ["UPS 电池供电", "on battery"],
        ["查市电、空开和插头，按剩余时间安排", "check mains, breaker and plug; plan by the minutes left"],
    ),
    words(
        "ups.low-battery",
        ["UPS 电池将尽", "battery low"],
        ["立即恢复市电，或保存并关闭设备", "restore mains at once, or save and switch off"],
    ),
    words(
        "ups.replace-battery",
        ["UPS 电池应更换", "battery to be replaced"],
        ["准备电池，非会议时间更换", "get batteries and replace them outside of meetings"],
    ),
    words("ups.overload", ["UPS 过载", "overload"], ["移走不必要的负载", "take off what need not be fed"]),
    words("ups.bypass", ["UPS 旁路", "on bypass"], ["检查 UPS 面板，退出旁路", "look at its panel, leave bypass"]),
    words(
        "ups.off",
        ["UPS 无输出", "UPS off"],
        ["开启 UPS 输出，检查面板告警", "switch on its output, look at its panel"],
    ),
    words(
        "ups.fault",
        ["UPS 自报故障", "UPS reports a fault"],
        ["按 UPS 面板的告警处理", "follow the alarm on its panel"],
    ),
    words(
        "ups.charge",
        ["UPS 电量不足", "charge low"],
        ["等待充电；长期不满时检查电池", "let it charge; check the battery when it stays low"],
    ),
    words(
        "ups.runtime",
        ["UPS 续航不足", "runtime short"],
        ["减少负载或更换电池", "take off load or replace the battery"],
    ),
    words("ups.load", ["UPS 负载过高", "load high"], ["移走不必要的负载", "take off what need not be fed"]),
    words(
        "ups.input-voltage",
        ["市电电压异常", "mains voltage off"],
        ["检查市电和稳压设备，向供电部门报修", "check mains and stabiliser, report it to the supplier"],
    ),
    words(
        "ups.battery-temperature",
        ["UPS 电池过热", "battery hot"],
        ["改善通风，检查空调", "let air through, check the air conditioning"],
    ),
    words(
        "modbus.down",
        ["Modbus 设备无法连接", "Modbus not reached"],
        ["检查供电、网线和地址", "check power, cable and address"],
    ),
    words(
        "modbus.no-answer",
        ["Modbus 设备无应答", "Modbus silent"],
        ["检查供电、A/B 线序、站号、速率和校验", "check power, the order of A and B, unit, speed and parity"],
    ),
    words(
        "modbus.wrong-answer",
        ["Modbus 应答不符", "Modbus answers otherwise"],
        ["检查终端电阻、干扰和同站号设备", "check termination, noise and a second device of that unit"],
    ),
    words(
        "modbus.exception",
        ["Modbus 设备拒绝", "Modbus exception"],
        ["核对寄存器地址和类型与说明书", "compare register address and table with the manual"],
    ),
    words(
        "modbus.value",
        ["设备读数超限", "a reading beyond its limit"],
        ["按读数检查供电和散热", "check power and cooling by the reading"],
    ),
    words(
        "modbus.state",
        ["设备状态不对", "device in a wrong state"],
        ["按说明检查设备面板", "look at the device's panel"],
    ),
    words(
        "device.settings-drift",
        ["设备设置偏离基线", "settings drifted"],
        [
            "改回设置；若是有意修改，执行 avow-agent baseline learn",
            "set it back; where it was meant, run avow-agent baseline learn",
        ],
    ),
    words(
        "switch.refused",
        ["切换被拒绝", "switching refused"],
        ["核对输入、输出编号和锁定状态", "compare the numbers of source and sink, look for a lock"],
    ),
    words(
        "switch.not-routed",
        ["切换未生效", "not switched"],
        ["重启矩阵；核对描述文件的 [route]", "restart the matrix; compare the profile's [route]"],
    ),
    words(
        "switch.no-picture",
        ["切换后无画面", "no picture after switching"],
        ["检查该路信号源和线缆", "check that source and its cable"],
    ),
    words(
        "switch.same-picture",
        ["切换后画面未变", "same picture after switching"],
        [
            "两路信号源可能本就相同，请换一路再试；否则检查输出和线缆",
            "both sources may show the same: try another; else check output and cable",
        ],
    ),
    words(
        "switch.not-restored",
        ["切换后未恢复", "not switched back"],
        ["立即人工切回原来的信号源", "switch back by hand at once"],
    ),
    words(
        "drill.no-takeover",
        ["备用未接上", "backup does not take over"],
        ["检查备用线路或设备和自动切换设置", "check the backup and what makes it take over"],
    ),
    words(
        "drill.slow",
        ["主备切换太慢", "slow switch-over"],
        ["缩短路由器或设备判断主用中断的时间", "shorten the time after which router or device gives the main way up"],
    ),
    words(
        "drill.not-restored",
        ["演练后主用未恢复", "main way not back after a drill"],
        ["立即人工切回主用", "give the main way back by hand at once"],
    ),
    words(
        "switch.interrupted",
        ["切换测试曾被中断", "a switching test was interrupted"],
        [
            "看一眼大屏是否正确；查断电或重启的原因",
            "look whether the sink is right; find out why power or program went",
        ],
    ),
    words(
        "sensor.dark",
        ["照度不足", "too dark"],
        ["开灯，清洁灯具和传感器", "switch on the lights, clean lamps and sensor"],
    ),
    words("sensor.hot", ["环境过热", "room too hot"], ["开空调，改善通风", "switch on cooling, let air through"]),
    words("sensor.cold", ["环境过冷", "room too cold"], ["开暖气，防止结露", "switch on heating, beware of dew"]),
    words("sensor.humid", ["湿度过高", "too humid"], ["除湿，检查漏水", "dry the air, look for a leak"]),
    words("sensor.dry", ["湿度过低", "too dry"], ["加湿，防静电", "moisten the air, beware of static charge"]),
    words(
        "sensor.cradle-empty",
        ["充电座空", "cradle empty"],
        ["把对讲机或执法仪放回充电座", "put radio or body camera back"],
    ),
    words(
        "sensor.charge-stopped",
        ["未充满已停充", "charge stopped early"],
        ["擦净触点，换电池或充电座", "clean the contacts, change battery or cradle"],
    ),
    words("sensor.not-full", ["尚未充满", "not fully charged"], ["等待充满", "wait until it is full"]),
    words(
        "sensor.clock",
        ["时钟芯片走时不准", "clock chip off"],
        ["校时后写回：hwclock --systohc --utc", "set it: hwclock --systohc --utc"],
    ),
    words(
        "sensor.clock-battery",
        ["时钟电池没电", "clock battery flat"],
        ["更换纽扣电池，再 hwclock --systohc --utc", "change the coin cell, then hwclock --systohc --utc"],
    ),
    words("input.door", ["门开着", "door open"], ["关门，检查门磁", "close the door, check its contact"]),
    words("input.water", ["有水", "water"], ["立即断电查漏", "switch off and find the leak at once"]),
    words("input.power", ["没有市电", "no power"], ["检查空开和供电", "check breaker and supply"]),
    words(
        "input.state",
        ["输入状态不对", "input in a wrong state"],
        ["按探测项名称检查现场", "look on site by the probe's name"],
    ),
    words("input.loose", ["触点抖动", "contact loose"], ["检查接线和触点", "check wiring and contact"]),
    words("host.disk", ["磁盘将满", "disk nearly full"], ["清理磁盘", "make room"]),
    words("host.memory", ["内存不足", "memory short"], ["检查占用内存的程序", "look for what uses it"]),
    words("host.temperature", ["温度过高", "too hot"], ["清灰，改善通风", "clean it, let air through"]),
    words("host.load", ["负载过高", "overloaded"], ["检查占用处理器的程序", "look for what uses the processor"]),
    words("host.clock", ["时钟不准", "clock off"], ["检查校时服务", "check time synchronisation"]),
    words("host.flash", ["写盘过多", "flash wears"], ["检查日志和缓存写入量", "check what writes logs and spool"]),
];

/// The words of a finding; none when the code is from elsewhere.
#[must_use]
pub fn of(code: &str) -> Option<&'static Words> {
    FINDINGS.iter().find(|words| words.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_unless_the_terminal_says_english() {
        for (set, expected) in [
            ([None, None, None], Language::Chinese),
            ([None, None, Some("zh_CN.UTF-8")], Language::Chinese),
            ([None, None, Some("C")], Language::Chinese),
            ([None, None, Some("en_US.UTF-8")], Language::English),
            ([None, Some("zh_CN"), Some("en_US")], Language::Chinese),
            ([Some("en_GB"), Some("zh_CN"), None], Language::English),
            ([Some(""), None, Some("en_US")], Language::English),
        ] {
            assert_eq!(Language::of(set.map(|value| value.map(str::to_owned))), expected, "{set:?}");
        }
    }

    #[test]
    fn every_code_is_a_finding_and_stands_once() {
        for (at, words) in FINDINGS.iter().enumerate() {
            assert!(words.code.parse::<avow_shared::id::FindingCode>().is_ok(), "{}", words.code);
            assert_eq!(FINDINGS.iter().position(|other| other.code == words.code), Some(at), "{}", words.code);
        }
    }
}
