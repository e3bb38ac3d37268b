"""What the sample broker is like. Nothing here is a rule of the product."""

from __future__ import annotations

CSV_DAYS = 20
HISTORY_START = (2005, 1, 1)

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史"
DOUBLE_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐")
FEMALE_CHARACTERS = (
    "芳娜秀英敏静丽艳娟霞红玉梅兰萍燕玲桂珍月凤洁琳素云莲真雪荣爱妹香莺媛瑞佳嘉琼勤珠贞莉怡婷欣雨晨梓涵萱思彤"
)
MALE_CHARACTERS = (
    "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢阳建国志文武德海山仁義东子轩博睿晨泽宇航峰"
)
FIRMS = ("星河", "云帆", "远航", "青禾", "瑞泽", "恒新", "和盛", "博雅", "天成", "明德")
TRADES = ("贸易", "科技", "投资", "实业", "制造", "咨询")
REGIONS = (
    "华东",
    "华南",
    "华北",
    "华中",
    "西南",
    "西北",
    "东北",
    "浙江",
    "江苏",
    "广东",
    "山东",
    "福建",
    "四川",
    "湖北",
)
CITIES = (
    "云岭",
    "江川",
    "海宁西",
    "临江",
    "平湖",
    "望海",
    "青溪",
    "石桥",
    "南屿",
    "北港",
    "东阳里",
    "西津",
    "长洲",
    "白沙",
    "金沙",
    "碧湖",
)
STREETS = ("中山路", "人民路", "解放路", "建设路", "新华路", "长江路", "滨江道", "学院路", "和平路", "文化街")

#: Instruments: name, kind as the counter names it, risk level, currency, first price, daily drift and spread.
INSTRUMENTS: tuple[tuple[str, str, str, str, str, float, float], ...] = (
    *(
        (f"示例{name}", "股票", "R4", "CNY", price, 0.0003, 0.017)
        for name, price in (
            ("银行", "6.35"),
            ("保险", "38.20"),
            ("能源", "12.47"),
            ("电力", "8.96"),
            ("医药", "45.11"),
            ("酿酒", "168.50"),
            ("家电", "52.30"),
            ("汽车", "23.75"),
            ("芯片", "88.40"),
            ("软件", "31.66"),
            ("地产", "4.87"),
            ("钢铁", "3.92"),
            ("航运", "10.15"),
            ("港口", "7.08"),
            ("机场", "15.44"),
            ("食品", "27.90"),
            ("传媒", "9.63"),
            ("通信", "18.21"),
            ("稀土", "33.05"),
            ("光伏", "21.18"),
        )
    ),
    *(
        (f"示例{name}ETF", "ETF", "R3", "CNY", price, 0.0002, 0.010)
        for name, price in (
            ("沪深", "3.9120"),
            ("中证", "5.8740"),
            ("科创", "0.9810"),
            ("红利", "2.7360"),
            ("黄金", "4.8650"),
        )
    ),
    *(
        (f"示例{name}", "股票型基金", "R4", "CNY", price, 0.0002, 0.011)
        for name, price in (("成长", "1.8430"), ("价值", "2.2160"))
    ),
    *(
        (f"示例{name}", "混合型基金", "R3", "CNY", price, 0.0002, 0.007)
        for name, price in (("均衡", "1.4270"), ("稳健", "1.1980"))
    ),
    *(
        (f"示例{name}债", "债券型基金", "R2", "CNY", price, 0.0001, 0.0012)
        for name, price in (("信用", "1.0830"), ("利率", "1.0310"))
    ),
    ("示例现金宝", "现金管理", "R1", "CNY", "1.0000", 0.0, 0.0),
    ("示例私募一号", "私募基金", "R5", "CNY", "1.3520", 0.0004, 0.014),
    *(
        (f"示例港股{name}", "股票", "R4", "HKD", price, 0.0002, 0.016)
        for name, price in (("金融", "41.35"), ("科技", "382.60"), ("地产", "9.27"), ("消费", "64.15"))
    ),
)

#: Assets in CNY: the median and the spread of a log-normal; with this spread the top fifth owns about 80 %.
ASSET_MEDIAN, ASSET_SPREAD = 28_000, 1.68
WITHOUT_MANAGER = 0.15
CUSTOMERS_PER_BRANCH, CUSTOMERS_PER_MANAGER = 1_000, 300
APP_SHARE = 0.6
HKD_SHARE, JOINT_SHARE, AGENT_SHARE = 0.05, 0.02, 0.01
PLANTED_SHARE = 0.03
SHARED_PHONE = "13800138000"

#: How customers a campaign reached react: some make one extra deposit within the window.
UPLIFT = {"days": 20, "probability": 0.30, "low": 5_000, "high": 35_000}
