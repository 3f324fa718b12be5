// Findings in words, the cause first, and what the operator does next.
export interface Finding {
  cause: string;
  next: string;
}

export const findings_zh = {
  "line.loss": { cause: "线路丢包超限", next: "报线路运营商查误码与拥塞；开会前切到备用线路。" },
  "line.delay": { cause: "线路时延超限", next: "核对是否绕行或走了卫星；请运营商查路由。" },
  "line.jitter": { cause: "线路抖动超限", next: "查同线路有无大流量；请运营商查拥塞。" },
  "line.down": { cause: "线路中断", next: "电话问会场光猫、路由器指示灯；报运营商并切备用线路。" },
  "line.no-reply": { cause: "对端不应答", next: "先看同一对端的其他会场；只此一处时查会场网络与防火墙。" },
  "http.status": { cause: "网页服务返回错误", next: "登录设备管理页核对；必要时请会场重启该设备。" },
  "http.text": { cause: "网页内容不对", next: "用浏览器打开该页核对能否登录；必要时请会场重启该设备。" },
  "http.down": { cause: "网页服务打不开", next: "请会场确认设备通电、网线插好，再重启该设备。" },
  "http.slow": { cause: "网页服务响应慢", next: "查设备负载与线路；会前一小时仍慢则重启设备。" },
  "camera.no-answer": { cause: "摄像机不应答控制", next: "请会场查摄像机电源与控制线；再断电重启摄像机。" },
  "camera.wrong-answer": { cause: "摄像机应答异常", next: "核对控制协议、地址与波特率是否被改动。" },
  "camera.unreachable": { cause: "摄像机网络不通", next: "请会场查摄像机电源与网线；核对地址是否被改动。" },
  "camera.refused": { cause: "摄像机拒绝控制连接", next: "在摄像机网页启用 VISCA 控制并核对端口；退出其他控制端。" },
  "camera.preset-off": { cause: "摄像机偏离预置位", next: "调用预置位；仍偏离时请会场检查云台有无卡阻。" },
  "camera.power-off": { cause: "摄像机未开机", next: "请会场用遥控器开机；确认电源适配器有电。" },
  "camera.not-executable": { cause: "摄像机当前不能执行指令", next: "稍后重试；持续出现时退出其菜单或自动跟踪模式。" },
  "display.down": { cause: "显示设备连接不上", next: "请会场确认显示设备通电、网线插好；核对地址和待机网络设置。" },
  "display.no-answer": { cause: "显示设备不应答", next: "请会场退出占用它的中控；仍不应答时断电重启显示设备。" },
  "display.wrong-answer": { cause: "显示设备应答异常", next: "核对地址与端口是否为该设备的 PJLink；再查其固件版本。" },
  "display.auth-refused": { cause: "显示设备拒绝密码", next: "核对主机的密码文件与显示设备菜单中的 PJLink 密码。" },
  "display.power-off": { cause: "显示设备未开机", next: "请会场用遥控器开机；确认总电源已合闸。" },
  "display.wrong-input": { cause: "显示设备输入源不对", next: "请会场把显示设备切换到会议终端所接的输入源。" },
  "display.picture-muted": { cause: "显示画面被遮断", next: "请会场取消画面静音（AV MUTE）或打开快门、镜头盖。" },
  "display.sound-muted": { cause: "显示设备被静音", next: "请会场取消静音；扩声不经显示设备的会场可改配置。" },
  "display.fan": { cause: "显示设备风扇异常", next: "请会场听风扇有无异响并清灰；报维护人员。" },
  "display.lamp": { cause: "显示设备光源异常", next: "安排更换灯泡或报修光源；重要会议先换备用显示设备。" },
  "display.temperature": { cause: "显示设备过热", next: "请会场清洁滤网、移开遮挡风口的物品，必要时断电降温。" },
  "display.cover": { cause: "显示设备机盖未关好", next: "请会场关好灯泡盖和滤网盖，再开机。" },
  "display.filter": { cause: "显示设备滤网异常", next: "请会场清洁或更换滤网。" },
  "display.fault": { cause: "显示设备自报故障", next: "请会场断电一分钟再开机；仍有故障时报修并换备用设备。" },
  "display.lamp-hours": { cause: "灯泡使用时间超限", next: "安排备件，在非会议时间更换灯泡并清零计时。" },
  "picture.no-signal": { cause: "没有视频信号", next: "请会场查摄像机到终端的视频线和输入源选择。" },
  "picture.black": { cause: "画面全黑", next: "请会场查镜头盖、灯光与摄像机是否待机。" },
  "picture.frozen": { cause: "画面冻结", next: "请会场在镜头前走动核实；仍不动则重启摄像机。" },
  "picture.dark": { cause: "画面过暗", next: "请会场开主席台灯光；再查摄像机光圈与曝光。" },
  "picture.bright": { cause: "画面过亮", next: "请会场拉上窗帘或避开逆光；再查曝光设置。" },
  "picture.flat": { cause: "画面无内容（单色或失焦）", next: "请会场查镜头朝向、遮挡与对焦。" },
  "device.down": { cause: "设备无法连接", next: "请会场确认设备通电、网线插好；再核对地址。" },
  "device.no-answer": { cause: "设备不应答", next: "请会场查设备电源与控制线；再断电重启设备。" },
  "device.wrong-answer": { cause: "设备应答不符", next: "核对设备是否更换、固件是否升级；再核对描述文件。" },
  "device.login": { cause: "设备登录失败", next: "核对用户名与口令是否被改动。" },
  "device.state": { cause: "设备状态不对", next: "按详情请会场查看设备面板；必要时断电重启。" },
  "device.value": { cause: "设备读数超限", next: "按详情查供电、温度或散热；会前仍超限请备件待命。" },
  "device.settings-drift": {
    cause: "设备设置偏离基线",
    next: "问清是谁改的；改回原值，有意修改则在现场重新接受基线。",
  },
  "switch.refused": { cause: "矩阵拒绝切换", next: "核对输入、输出编号；请会场看面板是否锁定。" },
  "switch.not-routed": { cause: "矩阵未按指令切换", next: "请会场断电重启矩阵；仍不切换则报修。" },
  "switch.no-picture": { cause: "切换后没有画面", next: "请会场检查该路信号源和线缆。" },
  "switch.not-restored": { cause: "切换测试后未恢复", next: "立即电话会场，人工切回原信号源。" },
  "host.disk": { cause: "主机磁盘将满", next: "远程清理旧文件；不影响本次会议，当班内处理。" },
  "host.memory": { cause: "主机内存不足", next: "远程重启主机程序；再次出现请报维护人员。" },
  "host.temperature": { cause: "主机温度过高", next: "请会场查机柜风扇与通风；必要时断电降温。" },
  "host.load": { cause: "主机负载过高", next: "远程查看占用处理器的程序；持续时重启主机程序。" },
  "host.clock": { cause: "主机时钟不准", next: "查主机对时服务器是否可达；其间结果时间不可信。" },
  "host.flash": { cause: "主机存储寿命将尽", next: "安排备件，近期更换存储卡或主机。" },
} as const satisfies Record<string, Finding>;

/** Where a class has no finding of its own, or a venue no class. */
export const classes_zh = {
  silent: { cause: "会场主机失联", next: "电话联系会场：主机是否通电、网线是否插好。" },
  fail: { cause: "故障，原因未明", next: "打开会场页查看各项结果，电话核实。" },
  stale: { cause: "数据陈旧，探测停了", next: "主机在线但没有新结果；远程重启主机程序。" },
  unknown: { cause: "无法判定", next: "看会场页上各项的原因，必要时电话核实。" },
  degraded: { cause: "质量劣化", next: "打开会场页查看超限的数值。" },
  pass: { cause: "正常", next: "无需处理。" },
  never: { cause: "已登记，从未上报", next: "按台账联系会场：主机是否已安装、通电、联网。" },
  excluded: { cause: "已排除，不计入应到", next: "恢复使用时在台账中取消排除。" },
} as const satisfies Record<string, Finding>;

export const other_zh: Finding = { cause: "其他问题（{code}）", next: "打开会场页查看详情，电话核实。" };
