"""Names for invented people, from many parts of the world."""

import unicodedata
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class NamesOf:
    """Given and family names that go together, and in which order they do."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False

    def written(self, given: str, family: str) -> str:
        return f"{family} {given}" if self.family_first else f"{given} {family}"


def _names(given: str, family: str, *, family_first: bool = False) -> NamesOf:
    return NamesOf(tuple(given.split()), tuple(each.replace("_", " ") for each in family.split()), family_first)


ENGLISH: Final = _names(
    "Amelia Callum Charlotte Edmund Eleanor Gareth Hannah Imogen Jasper Martha Oliver Rosie Toby Zoe",
    "Ashworth Barlow Carrick Dunmore Ellery Fairley Hartwell Holloway Kershaw Langley Pemberton Whitcombe",
)
IRISH: Final = _names(
    "Aoife Ciarán Eilidh Fergus Niamh Oisín Róisín Seán Siobhán Tadhg",
    "Byrne Devlin Gallagher Kinsella MacLeod McGrath Nolan O’Dowd O’Sullivan Tierney",
)
FRENCH: Final = _names(
    "Amélie Benoît Chloé Étienne Hélène Jérôme Léa Maël Noémie Théo",
    "Beaulieu Chevallier Delacourt Garnier Lefèvre Marchand Moreau Rousselle Tremblay",
)
GERMAN: Final = _names(
    "Anneliese Felix Jürgen Katharina Lukas Matthias Sabine Sönke Ulrike",
    "Bäcker Fischbach Großmann Hoffmann Köhler Lindner Schäfer Vogelsang Weiß",
)
DUTCH: Final = _names(
    "Anouk Bram Femke Joost Lieke Maarten Sanne Thijs",
    "de_Boer Hendriks Kuipers Mulder Smits ter_Horst van_Dalen Visser",
)
ITALIAN: Final = _names(
    "Alessia Davide Elisa Gabriele Giulia Lorenzo Niccolò Serena",
    "Barbieri Colombo De_Santis Ferretti Galli Marchetti Pellegrini Rinaldi",
)
NORDIC: Final = _names(
    "Astrid Erik Freja Håkon Ingrid Jonas Linnéa Mikkel Saga Søren",
    "Bergström Dahl Ekström Grønlund Håkansson Lindqvist Nygård Østergaard Sandvik",
)
POLISH: Final = _names(
    "Agnieszka Bartosz Ewa Grażyna Jakub Łukasz Małgorzata Michał Paweł Zuzanna",
    "Gołąb Kaczmarek Król Mazur Nowak Pająk Sikora Wójcik Zając",
)
UKRAINIAN: Final = _names("Bohdan Iryna Kateryna Oksana Taras", "Bondarenko Kovalenko Lysenko Melnyk Shevchuk")
PORTUGUESE: Final = _names(
    "Beatriz Caio Conceição Gonçalo Inês João Larissa Mateus Rafaela Tiago",
    "Almeida Araújo Carvalho Figueiredo Magalhães Nóbrega Pinheiro Simões Tavares",
)
SPANISH: Final = _names(
    "Alejandra Andrés Camila Íñigo Joaquín Lucía Martín Nicolás Sofía Ximena",
    "Aguirre Benítez Castañeda Echeverría Gutiérrez Muñoz Peña Quiroga Rincón Zúñiga",
)
TURKISH: Final = _names(
    "Ayşe Burak Çağla Deniz Emre Gül İpek Onur Şebnem Yiğit",
    "Aksoy Çelik Demirci Güneş Karaca Özkan Şahin Yıldız",
)
ARABIC: Final = _names(
    "Amina Bilal Dalia Faris Hadi Layla Nadia Omar Rania Yusuf",
    "Al-Amin Darwish El-Sayed Farouk Haddad Khalil Mansour Nasser Qasim Saleh",
)
ARABIC_SCRIPT: Final = _names("ليلى يوسف مريم خالد", "حداد منصور درويش الخطيب")
NIGERIAN: Final = _names(
    "Adaeze Babatunde Chinedu Folake Ifeoma Kelechi Ngozi Olumide Temitope Yewande",
    "Adebayo Balogun Eze Ibekwe Nwosu Obiora Ogunleye Okafor Onyekachi",
)
GHANAIAN: Final = _names("Abena Adwoa Akosua Efua Kofi Kwabena Yaw", "Ampofo Asante Boateng Darko Mensah Osei Owusu")
KENYAN: Final = _names(
    "Achieng Baraka Kamau Makena Njeri Otieno Wanjiru Zawadi",
    "Cherono Kariuki Kiplagat Mutua Mwangi Ndung’u Ochieng Wekesa",
)
SOUTH_AFRICAN: Final = _names(
    "Ayanda Bongani Johan Lerato Lindiwe Naledi Sipho Thabo Zanele",
    "Botha Dlamini Khumalo Mokoena Ndlovu Nkosi Sithole van_Wyk",
)
INDIAN: Final = _names(
    "Aarav Ananya Deepa Ishaan Kavya Lakshmi Meera Nikhil Priya Rohan Sanjana Vikram",
    "Bhattacharya Chaudhary Deshpande Iyer Joshi Kulkarni Menon Nair Patel Raghavan Shetty Venkatesan",
)
SOUTH_ASIAN: Final = _names(
    "Anika Farhan Imran Nusrat Rafiq Saima Tahmina Zubair",
    "Ahmed Chowdhury Hossain Islam Mahmood Qureshi Rahman Siddiqui",
)
CHINESE: Final = _names(
    "Jiahui Lihua Meiling Qiang Ruolan Wenjie Xiaoyu Yichen Zihan",
    "Cao Deng Feng Guo Huang Lin Shen Xu Zhang",
    family_first=True,
)
JAPANESE: Final = _names(
    "Aiko Daichi Emi Haruto Kaito Mayu Naoko Ren Sakura Yuto",
    "Fujimoto Hayashi Ishikawa Kobayashi Matsuda Nakagawa Ogawa Takeda Yamashita",
)
JAPANESE_SCRIPT: Final = _names("美咲 健太 陽菜 翔", "佐藤 高橋 中村 小林", family_first=True)
KOREAN: Final = _names(
    "Chae-rin Da-hye Eun-ji Hyun-woo Min-seo Seo-yeon Sung-ho Yu-jin",
    "Bae Cho Han Jung Kang Lim Seo Yoon",
    family_first=True,
)
KOREAN_SCRIPT: Final = _names("서연 민준", "김 박", family_first=True)
VIETNAMESE: Final = _names(
    "An Bảo Hạnh Linh Minh Ngọc Quân Thảo Tuấn", "Bùi Đặng Hoàng Lê Ngô Nguyễn Phạm Trần Vũ", family_first=True
)
INDONESIAN: Final = _names(
    "Adi Bayu Citra Dewi Farah Hafiz Indah Nurul Rizky",
    "Abdullah Hidayat Kusuma Lestari Pratama Santoso Setiawan Wibowo",
)
FILIPINO: Final = _names(
    "Althea Bea Carlo Jericho Liza Marisol Paolo Rafael",
    "Bautista Dela_Cruz Evangelista Manalo Pascual Salvador Villanueva",
)
MAORI: Final = _names("Aroha Hēmi Kahurangi Manaia Tāne Whetū", "Ngata Paki Parata Rangihuna Tamihana")

_ROMANISED: Final = {
    "ليلى": "layla", "يوسف": "yusuf", "مريم": "maryam", "خالد": "khalid",
    "حداد": "haddad", "منصور": "mansour", "درويش": "darwish", "الخطيب": "alkhatib",
    "美咲": "misaki", "健太": "kenta", "陽菜": "hina", "翔": "sho",
    "佐藤": "sato", "高橋": "takahashi", "中村": "nakamura", "小林": "kobayashi",
    "서연": "seoyeon", "민준": "minjun", "김": "kim", "박": "park",
}  # fmt: skip

# Letters that Unicode does not take apart into a plain one and its mark.
_PLAIN: Final = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "đ": "d", "ı": "i", "æ": "ae"})


def spelt_for_email(name: str) -> str:
    """The name in the letters a to z, as an address spells it."""
    romanised = _ROMANISED.get(name, name)
    apart = unicodedata.normalize("NFKD", romanised.lower().translate(_PLAIN))
    return "".join(letter for letter in apart if "a" <= letter <= "z")
