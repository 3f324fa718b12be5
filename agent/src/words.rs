//! Finding codes in the words of people, and what to do. The one table of texts for findings.

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
            "启用 VISCA 网络控制，核对端口，退出其他控制端",
            "enable VISCA control, check the port, end other controllers",
        ],
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
        "switch.not-restored",
        ["切换后未恢复", "not switched back"],
        ["立即人工切回原来的信号源", "switch back by hand at once"],
    ),
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
